package python

// distributions are the packages that provide modules of another name, the usual one first.
var distributions = map[string]string{
	"sklearn": "scikit-learn scikit-learn-intelex", "cv2": "opencv-python opencv-python-headless opencv-contrib-python " +
		"opencv-contrib-python-headless",
	"yaml": "pyyaml", "PIL": "pillow", "bs4": "beautifulsoup4", "dateutil": "python-dateutil", "dotenv": "python-dotenv", "jwt": "pyjwt",
	"Crypto": "pycryptodome", "attr": "attrs", "skimage": "scikit-image", "git": "gitpython", "serial": "pyserial", "OpenSSL": "pyopenssl",
	"psycopg2": "psycopg2-binary psycopg2", "psycopg": "psycopg psycopg-binary", "MySQLdb": "mysqlclient", "mysql": "mysql-connector-python",
	"pymysql": "pymysql", "ldap": "python-ldap", "magic": "python-magic", "docx": "python-docx", "pptx": "python-pptx", "fitz": "pymupdf",
	"tensorflow": "tensorflow tensorflow-cpu tensorflow-gpu tf-nightly", "tf_keras": "tf-keras", "torch": "torch", "lightning": "lightning",
	"pytorch_lightning": "pytorch-lightning", "faiss": "faiss-cpu faiss-gpu", "umap": "umap-learn", "imblearn": "imbalanced-learn",
	"onnxruntime": "onnxruntime onnxruntime-gpu", "xgboost": "xgboost xgboost-cpu", "pkg_resources": "setuptools", "setuptools": "setuptools",
	"kubernetes": "kubernetes", "grpc": "grpcio", "mpl_toolkits": "matplotlib", "pylab": "matplotlib", "IPython": "ipython", "nacl": "pynacl",
	"zmq": "pyzmq", "usb": "pyusb", "Levenshtein": "levenshtein python-levenshtein", "fuzzywuzzy": "fuzzywuzzy", "slugify": "python-slugify",
	"jose": "python-jose", "multipart": "python-multipart", "telegram": "python-telegram-bot", "slack": "slackclient", "slack_sdk": "slack-sdk",
	"github": "pygithub", "gitlab": "python-gitlab", "jenkins": "python-jenkins", "consul": "python-consul", "memcache": "python-memcached",
	"snappy": "python-snappy", "rapidjson": "python-rapidjson", "Bio": "biopython", "osgeo": "gdal", "rest_framework": "djangorestframework",
	"sentence_transformers": "sentence-transformers", "speech_recognition": "speechrecognition", "win32api": "pywin32", "wx": "wxpython",
	"gi": "pygobject", "cairo": "pycairo", "markdown": "markdown", "ruamel": "ruamel-yaml", "pyspark": "pyspark", "duckdb": "duckdb",
	"delta": "delta-spark", "minio": "minio", "s3fs": "s3fs", "gcsfs": "gcsfs", "psutil": "psutil", "prophet": "prophet fbprophet",
}

// implied are packages that well-known ones bring along.
var implied = map[string]string{
	"pandas": "numpy python-dateutil pytz six", "scikit-learn": "numpy scipy joblib threadpoolctl", "scipy": "numpy",
	"matplotlib": "numpy pillow python-dateutil", "seaborn": "numpy pandas matplotlib", "statsmodels": "numpy scipy " +
		"pandas patsy",
	"xgboost": "numpy scipy", "lightgbm": "numpy scipy", "catboost": "numpy pandas scipy matplotlib", "tensorflow": "numpy keras protobuf h5py",
	"torch": "sympy networkx jinja2", "torchvision": "torch numpy pillow", "transformers": "numpy requests pyyaml tqdm " +
		"huggingface-hub tokenizers",
	"boto3": "botocore s3transfer python-dateutil", "awscli": "botocore", "requests": "urllib3 certifi idna " +
		"charset-normalizer",
	"mlflow": "numpy pandas scipy scikit-learn matplotlib requests pyyaml", "google-cloud-storage": "google-auth " +
		"google-api-core requests",
	"google-cloud-bigquery": "google-auth google-api-core requests", "opencv-python": "numpy", "opencv-python-headless": "numpy",
	"scikit-image": "numpy scipy pillow networkx", "pyarrow": "numpy", "dask": "pyyaml cloudpickle", "fastapi": "pydantic starlette",
	"kfp": "kfp-pipeline-spec kfp-server-api kubernetes pyyaml protobuf", "prophet": "numpy pandas matplotlib", "shap": "numpy scipy pandas scikit-learn",
}
