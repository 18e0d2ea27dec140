# By its tag, or as repository@sha256:… by its digest. What it was made from is not written in an image: the configuration says
# it, and a plan that keeps content_hash shows that both agree.
terraform import kfp_image.material_cost harbor.example.com/carousel/material-cost:kfp1-0b2f4c6d8e0a1b3c5d7e9f0a1b2c3d4e
