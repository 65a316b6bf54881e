"""What the real files are, byte for byte, and where to get them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RealFile:
    sha256: str
    size: int  # bytes
    urls: tuple[str, ...]  # tried in this order; the last resort is a download by hand from `page`
    page: str


GITHUB = "https://raw.githubusercontent.com"
MNIST_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"  # the copy that TFDS takes
MNIST_FILES = {
    name: RealFile(sha256, size, (MNIST_URL + name,), MNIST_URL + name)
    for name, size, sha256 in [
        ("train-images-idx3-ubyte.gz", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        ("train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        ("t10k-images-idx3-ubyte.gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        ("t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ]
}
REAL_FILES = {
    "heart.csv": RealFile(
        "948420b084d8a3a0ca42b8419fce9aee175879e43f8aedf712377899a67aa49b",
        35_921,
        (  # Kaggle wants a login; these public copies are the same to the byte
            f"{GITHUB}/kiramishima/heart-failure-prediction/HEAD/DATASET/heart.csv",
            f"{GITHUB}/Mahdi-20/Heart-Failure-Prediction-Dataset/HEAD/heart.csv",
        ),
        "https://www.kaggle.com/datasets/fedesoriano/heart-failure-prediction",
    ),
    "Telco-Customer-Churn.csv": RealFile(
        "16320c9c1ec72448db59aa0a26a0b95401046bef5d02fd3aeb906448e3055e91",
        970_457,
        (f"{GITHUB}/IBM/telco-customer-churn-on-icp4d/HEAD/data/Telco-Customer-Churn.csv",),
        "https://github.com/IBM/telco-customer-churn-on-icp4d/tree/HEAD/data",
    ),
    **{f"mnist/{name}": file for name, file in MNIST_FILES.items()},
}
