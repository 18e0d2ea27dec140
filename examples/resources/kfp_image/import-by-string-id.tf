import {
  to = kfp_image.material_cost
  id = "harbor.example.com/carousel/material-cost:kfp1-0b2f4c6d8e0a1b3c5d7e9f0a1b2c3d4e"
}
