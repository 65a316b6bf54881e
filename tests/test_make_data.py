"""Tests of the stand-in tables: made as data/make_data.py says, faithful to it, and nobody's own.

`pytest tests/test_make_data.py -s -n 0 -k fidelity` prints the fidelity table.
"""

import functools
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

DATA = Path(__file__).parent.parent / "data"
LABELS = {"heart": ("HeartDisease", 1), "churn": ("Churn", "Yes")}
ADD_ONS = ["OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport",
           "StreamingTV", "StreamingMovies"]  # fmt: skip

spec = importlib.util.spec_from_file_location("make_data", DATA / "make_data.py")
make_data = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_data)


@pytest.fixture
def heart():
    return pd.read_csv(DATA / "heart.csv")


@pytest.fixture
def churn():
    return pd.read_csv(DATA / "churn.csv")


@pytest.fixture
def real_heart(real_data):
    return pd.read_csv(real_data / "heart.csv")


@pytest.fixture
def real_churn(real_data):
    path = real_data / "Telco-Customer-Churn.csv"
    if not path.is_file():
        pytest.skip("the real churn table is not here (python -m helpers.data fetch)")
    return pd.read_csv(path)


# ---- The script ---------------------------------------------------------------------------------


def test_running_the_script_reproduces_both_files_byte_for_byte(tmp_path):
    script = shutil.copy(DATA / "make_data.py", tmp_path)
    subprocess.run([sys.executable, script], check=True, cwd=DATA.parent)
    written = {path.name: path.read_bytes() for path in tmp_path.glob("*") if path.is_file()}
    assert sorted(written) == ["churn.csv", "heart.csv", "make_data.py"]
    assert written["heart.csv"] == (DATA / "heart.csv").read_bytes()
    assert written["churn.csv"] == (DATA / "churn.csv").read_bytes()


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch, heart):
    def half_a_file(table, path, **options):
        Path(path).write_text("Age,Sex\n40,")
        raise OSError("no space left on device")

    path = tmp_path / "heart.csv"
    path.write_text("old")
    monkeypatch.setattr(pd.DataFrame, "to_csv", half_a_file)
    with pytest.raises(OSError, match="no space"):
        make_data.write(heart, path)
    assert path.read_text() == "old"


@pytest.mark.parametrize("name", ["heart", "churn"])
def test_files_are_plain_text_with_the_numbers_written_as_in_the_real_ones(name):
    content = (DATA / f"{name}.csv").read_bytes()
    assert content.isascii() and content.endswith(b"\n") and b"\r" not in content
    assert not re.search(rb"\.\d*0[,\n]|-0[,\n]", content)  # 20, not 20.0, and no negative zero


# ---- The heart stand-in -------------------------------------------------------------------------


def test_heart_has_the_columns_and_types_of_the_real_table(heart):
    assert heart.shape == (918, 12)
    numbers = {name: "f" if name == "Oldpeak" else "i" for name in heart.select_dtypes("number")}
    assert ",".join(heart.columns) == (
        "Age,Sex,ChestPainType,RestingBP,Cholesterol,FastingBS,RestingECG,MaxHR,"
        "ExerciseAngina,Oldpeak,ST_Slope,HeartDisease"
    )
    assert {name: heart[name].dtype.kind for name in numbers} == numbers
    assert set(heart.columns) - set(numbers) == {
        "Sex", "ChestPainType", "RestingECG", "ExerciseAngina", "ST_Slope"
    }  # fmt: skip


def test_heart_has_the_quirks_of_the_real_table(heart):
    assert not heart.isna().any(axis=None)
    assert set(heart["FastingBS"]) == set(heart["HeartDisease"]) == {0, 1}
    assert set(heart["ST_Slope"]) == {"Up", "Flat", "Down"}
    assert set(heart["ChestPainType"]) == {"ATA", "NAP", "ASY", "TA"}
    assert set(heart["RestingECG"]) == {"Normal", "ST", "LVH"}
    assert (heart["Cholesterol"] == 0).sum() == 172
    assert (heart["RestingBP"] == 0).sum() == 1
    assert (heart["Oldpeak"] * 10 % 1).round(6).isin([0, 1]).all()
    assert 5 <= (heart["Oldpeak"] < 0).sum() <= 20  # 13 in the real table
    assert heart["Age"].between(28, 77).all() and heart["MaxHR"].between(60, 202).all()


# ---- The churn stand-in -------------------------------------------------------------------------


def test_churn_has_the_columns_and_types_of_the_real_table(churn):
    assert churn.shape == (7043, 21)
    assert ",".join(churn.columns) == (
        "customerID,gender,SeniorCitizen,Partner,Dependents,tenure,PhoneService,MultipleLines,"
        "InternetService,OnlineSecurity,OnlineBackup,DeviceProtection,TechSupport,StreamingTV,"
        "StreamingMovies,Contract,PaperlessBilling,PaymentMethod,MonthlyCharges,TotalCharges,Churn"
    )
    kinds = {name: churn[name].dtype.kind for name in churn.select_dtypes("number")}
    assert kinds == {"SeniorCitizen": "i", "tenure": "i", "MonthlyCharges": "f"}


def test_blank_total_charges_are_new_customers_who_stayed(churn):
    blank = churn["TotalCharges"] == " "
    assert blank.sum() == 11
    assert (blank == (churn["tenure"] == 0)).all()
    assert (churn.loc[blank, "Churn"] == "No").all()


def test_services_agree_with_one_another(churn):
    offline = churn["InternetService"] == "No"
    for name in ADD_ONS:
        assert ((churn[name] == "No internet service") == offline).all()
        assert set(churn.loc[~offline, name]) == {"No", "Yes"}
    no_phone = churn["PhoneService"] == "No"
    assert ((churn["MultipleLines"] == "No phone service") == no_phone).all()
    assert set(churn.loc[no_phone, "InternetService"]) == {"DSL"}
    assert set(churn["PaymentMethod"]) == {
        "Electronic check", "Mailed check", "Bank transfer (automatic)", "Credit card (automatic)"
    }  # fmt: skip
    assert set(churn["Contract"]) == {"Month-to-month", "One year", "Two year"}


def test_monthly_charges_are_a_price_list(churn):
    cents = churn["MonthlyCharges"] * 100
    assert np.allclose(cents, cents.round()) and (cents.round() % 5 == 0).all()
    services = pd.DataFrame({
        "DSL": churn["InternetService"] == "DSL",
        "fiber": churn["InternetService"] == "Fiber optic",
        **{name: churn[name] == "Yes" for name in make_data.YES_PRICE},
    }).astype(float)  # fmt: skip
    prices, *_ = np.linalg.lstsq(services, churn["MonthlyCharges"])
    assert prices == pytest.approx([25, 50, *make_data.YES_PRICE.values()], abs=0.3)
    assert (churn["MonthlyCharges"] - services @ prices).std() == pytest.approx(1, abs=0.1)


def test_total_charges_are_tenure_times_monthly_charges(churn):
    billed = churn[churn["tenure"] > 0]
    total = billed["TotalCharges"].astype(float)
    error = total / (billed["tenure"] * billed["MonthlyCharges"]) - 1
    assert (error[billed["tenure"] == 1].abs() < 1e-9).all()
    later = error[billed["tenure"] > 1]
    assert later.mean() == pytest.approx(0, abs=0.002)
    assert later.std() == pytest.approx(0.025, abs=0.002)


def test_customer_ids_are_unique_and_of_the_real_form(churn):
    assert churn["customerID"].is_unique
    assert churn["customerID"].str.fullmatch(r"\d{4}-[A-Z]{5}").all()


# ---- Fidelity -----------------------------------------------------------------------------------


def features_and_labels(name, table):
    """Return numbers and categories, shape (rows, columns), and labels 0 or 1, shape (rows,)."""
    label, positive = LABELS[name]
    features = table.drop(columns=[label, "customerID"], errors="ignore")
    if name == "churn":
        total = pd.to_numeric(features["TotalCharges"], errors="coerce").fillna(0)
        features = features.assign(TotalCharges=total)
    return features, (table[label] == positive).astype(int)


def scores(name, table):
    """Return the 5-fold cross-validated scores that REAL_SCORES names, as a dict."""
    features, labels = features_and_labels(name, table)
    models = {
        "logistic regression": LogisticRegression(max_iter=2000),
        "random forest": RandomForestClassifier(50, random_state=0),
    }
    preprocessing = make_column_transformer(
        (StandardScaler(), make_column_selector(dtype_include="number")),
        (OneHotEncoder(sparse_output=False), make_column_selector(dtype_exclude="number")),
    )
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    found = {}
    for model in dict.fromkeys(score.split(":")[0] for score in make_data.REAL_SCORES[name]):
        pipeline = make_pipeline(preprocessing, models[model])
        metrics = ["roc_auc", "recall"]
        result = cross_validate(pipeline, features, labels, cv=folds, scoring=metrics)
        found[f"{model}: ROC AUC"] = result["test_roc_auc"].mean()
        found[f"{model}: recall"] = result["test_recall"].mean()
    return {score: found[score] for score in make_data.REAL_SCORES[name]}


def category_frequencies(name):
    """Return {(column, level): share of the rows} of the real table, from the script's counts."""
    if name == "heart":
        counts, rows = make_data.HEART_CATEGORIES, make_data.HEART_ROWS
    else:
        counts, rows = dict(make_data.CHURN_CATEGORIES), make_data.CHURN_ROWS
        counts["InternetService"] = {"No": rows[:2], "DSL": rows[2:4], "Fiber optic": rows[4:]}
        counts["PhoneService"] = {"No": counts["MultipleLines"]["No phone service"]}
        for add_on in ADD_ONS:
            counts[add_on] = {**counts[add_on], "No internet service": rows[:2]}
    return {
        (column, level): sum(numbers) / sum(rows)
        for column, levels in counts.items()
        for level, numbers in levels.items()
    }


@functools.cache
def fidelity():
    """Return the fidelity table: one row a figure, with its real and stand-in value and tolerance.

    A row for each score and mean, and one for the frequencies of all categories together.
    """
    rows = []
    for name in ("heart", "churn"):
        table = pd.read_csv(DATA / f"{name}.csv")
        features, labels = features_and_labels(name, table)
        rows.append((name, "base rate", make_data.REAL_BASE_RATE[name], labels.mean(), 0.005))
        found = scores(name, table)
        for score, real in make_data.REAL_SCORES[name].items():
            rows.append((name, score, real, found[score], 0.03 if "recall" in score else 0.015))
        if name == "heart":
            zeros = make_data.HEART_ZEROS["Cholesterol"]
            rate = labels[table["Cholesterol"] == 0].mean()
            rows.append((name, "disease rate at cholesterol 0", zeros[1] / sum(zeros), rate, 0.02))
        for column, real in make_data.REAL_MEANS[name].items():
            rows.append((name, f"mean of {column}", real, features[column].mean(), 0.05 * real))
        difference = max(
            abs((table[column] == level).mean() - real) for (column, level), real in category_frequencies(name).items()
        )
        rows.append((name, "category frequencies, largest difference", 0, difference, 0.02))
    return pd.DataFrame(rows, columns=["table", "figure", "real", "stand-in", "tolerance"])


def test_fidelity():
    table = fidelity()
    print("\n" + table.to_string(index=False, float_format="%.4g"))
    off = (table["stand-in"] - table["real"]).abs() > table["tolerance"]
    assert not off.any(), table[off].to_string()


def rank_correlations(table, categories):
    """Return Spearman's rank correlations, shape (columns, columns), of the ranked levels."""
    codes = table.copy()
    for name in set(categories) & set(codes):
        codes[name] = codes[name].map({level: i for i, level in enumerate(categories[name])})
    return codes.rank().corr().to_numpy()


def heart_classes(heart):
    """Yield for each class: 0 or 1, its features, the figures' rank correlations (both classes)."""
    for disease, part in heart.groupby("HeartDisease"):
        features = part.drop(columns="HeartDisease")
        yield disease, features, make_data.HEART_CORRELATIONS


def churn_groups(churn):
    """Yield for each of CHURN_GROUPS: its number, drawn columns, and the rank correlations."""
    for group, (internet, label) in enumerate(make_data.CHURN_GROUPS):
        part = churn[(churn["InternetService"] == internet) & (churn["Churn"] == label)]
        drawn = [
            name for name in churn if name == "tenure"
            or name in make_data.CHURN_CATEGORIES and not (internet == "No" and name in ADD_ONS)
        ]  # fmt: skip
        yield group, part[drawn], make_data.CHURN_CORRELATIONS[internet]


@pytest.mark.parametrize("name", ["heart", "churn"])
def test_columns_are_correlated_within_each_class_as_the_figures_say(name, request):
    table = request.getfixturevalue(name)
    parts = heart_classes(table) if name == "heart" else churn_groups(table)
    categories = make_data.HEART_CATEGORIES if name == "heart" else make_data.CHURN_CATEGORIES
    for group, features, correlations in parts:
        if len(features) < 200:
            continue  # too few for their correlations to come near the figures
        expected = make_data.within_class(correlations, group % 2)
        difference = rank_correlations(features, categories) - expected
        assert np.abs(difference).mean() < 0.05
        assert np.abs(difference).max() < 0.2


def test_main_pairs_are_correlated_the_right_way(heart, churn):
    def correlation(table, one, other):
        return table[[one, other]].corr("spearman").iloc[0, 1]

    assert correlation(heart, "Age", "MaxHR") == pytest.approx(-0.36, abs=0.08)
    assert correlation(heart, "Age", "Oldpeak") == pytest.approx(0.30, abs=0.08)
    assert correlation(churn, "tenure", "MonthlyCharges") == pytest.approx(0.28, abs=0.05)
    contract = churn["Contract"].map({"Month-to-month": 0, "One year": 1, "Two year": 2})
    assert churn["tenure"].corr(contract, "spearman") == pytest.approx(0.67, abs=0.05)


# ---- Against the real tables, where they are ----------------------------------------------------


def check_figures(features, group, categories, correlations):
    """Assert that counts and rank correlations in the script are those of one class."""
    for name in set(categories) & set(features):
        counts = features[name].value_counts()
        assert {level: counts.get(level, 0) for level in categories[name]} == {
            level: numbers[group] for level, numbers in categories[name].items()
        }
    half = np.triu if group % 2 else np.tril
    found = 100 * half(np.nan_to_num(rank_correlations(features, categories)))
    assert np.abs(found - half(correlations) - 100 * np.eye(len(found))).max() <= 0.5 + 1e-9


def check_quantiles(values, quantiles, step=1):
    """Assert that quantiles in the script are those of the values, rounded to the step."""
    found = np.quantile(values, make_data.QUANTILE_LEVELS)
    assert np.abs(found - quantiles).max() <= step / 2 + 1e-9


def test_heart_figures_in_the_script_are_those_of_the_real_table(real_heart):
    for disease, features, correlations in heart_classes(real_heart):
        check_figures(features, disease, make_data.HEART_CATEGORIES, correlations)
        assert len(features) == make_data.HEART_ROWS[disease]
        for name, quantiles in make_data.HEART_QUANTILES.items():
            values = features[name]
            if name in make_data.HEART_ZEROS:
                assert (values == 0).sum() == make_data.HEART_ZEROS[name][disease]
                values = values[values != 0]
            check_quantiles(values, quantiles[disease], step=0.1 if name == "Oldpeak" else 1)


def test_churn_figures_in_the_script_are_those_of_the_real_table(real_churn):
    for group, features, correlations in churn_groups(real_churn):
        check_figures(features, group, make_data.CHURN_CATEGORIES, correlations)
        assert len(features) == make_data.CHURN_ROWS[group]
        assert (features["tenure"] == 0).sum() == make_data.TENURE_ZEROS[group]
        check_quantiles(features.loc[features["tenure"] > 0, "tenure"], make_data.TENURE_QUANTILES[group])


@pytest.mark.parametrize("name", ["heart", "churn"])
def test_rates_means_and_scores_in_the_script_are_those_of_the_real_table(name, request):
    real = request.getfixturevalue(f"real_{name}")
    features, labels = features_and_labels(name, real)
    assert labels.mean() == pytest.approx(make_data.REAL_BASE_RATE[name], abs=5e-5)
    for column, mean in make_data.REAL_MEANS[name].items():
        assert features[column].mean() == pytest.approx(mean, rel=5e-4)
    assert scores(name, real) == pytest.approx(make_data.REAL_SCORES[name], abs=2e-3)


@pytest.mark.parametrize("name", ["heart", "churn"])
def test_columns_types_and_levels_are_those_of_the_real_table(name, request):
    real, ours = request.getfixturevalue(f"real_{name}"), request.getfixturevalue(name)
    assert list(ours.dtypes.items()) == list(real.dtypes.items())
    for column in real.columns:
        if real[column].nunique() < 10:
            assert set(ours[column]) == set(real[column])


@pytest.mark.parametrize("name", ["heart", "churn"])
def test_no_row_is_a_real_one(name, request):
    real, ours = request.getfixturevalue(f"real_{name}"), request.getfixturevalue(name)
    columns = [column for column in real if column != "customerID"]
    shared = ours.astype(str).merge(real.astype(str).drop_duplicates(columns), on=columns)
    assert shared.empty, shared.to_string()


def test_no_customer_id_is_a_real_one(churn, real_churn):
    assert not churn["customerID"].isin(real_churn["customerID"]).any()


# ---- The data card ------------------------------------------------------------------------------


def test_every_figure_in_the_data_card_is_checked(heart, churn):
    digits = load_digits()
    measured = [
        f"{len(heart)} invented patients",
        f"{len(churn):,} invented customers",
        f"{len(digits.images):,} real handwritten digits",
        f"{digits.images.shape[1]} × {digits.images.shape[2]} pixels",
        f"from {heart['Age'].min()} to {heart['Age'].max()}",
        f"0 in {(heart['Cholesterol'] == 0).sum()} rows",
        f"0 in {(heart['RestingBP'] == 0).sum()} row ",
        f"negative in {(heart['Oldpeak'] < 0).sum()} rows",
        f"up to {churn['tenure'].max()}",
        f"blank in {(churn['TotalCharges'] == ' ').sum()} rows",
        f"({make_data.TOTAL_SPREAD * 100:.1f} % spread",
        f"{make_data.CHURN_PAIRS_SWAPPED} pairs of labels",
        f"prices of {len(make_data.COINCIDENCES)} customers",
    ]
    # Names, definitions, and what the loaders do; 28 × 28 is tested with helpers/data.
    fixed = [
        "CC0 1.0", "ODbL 1.0", "CC BY 4.0", "CC BY-SA 3.0", "(2021)", "28 × 28", "0–255",
        "above 120 mg/dl", "tenure is 0", "tenure is 1", "where it is 0", "steps of 0.05",
        "5-fold", "1 if, 0 if not",
    ]  # fmt: skip
    card = (DATA / "README.md").read_text(encoding="utf-8")
    before, table, after = re.split(r"(\| table \| figure .*?\n\n)", card, flags=re.DOTALL)
    prose = " ".join((before + after).split())
    for phrase in measured:
        assert phrase in prose, phrase
    for phrase in measured + fixed:
        prose = prose.replace(phrase, "")
    prose = re.sub(r"https?://\S+", "", prose)
    unchecked = re.findall(r".{0,30}\d.{0,30}", prose)
    assert not unchecked, unchecked

    lines = table.strip().split("\n")[2:]
    cells = [re.split(r" \| (?:± )?", line.strip("| ")) for line in lines]
    expected = fidelity()
    assert [cell[:2] for cell in cells] == expected[["table", "figure"]].to_numpy().tolist()
    for column, name in enumerate(["real", "stand-in", "tolerance"], start=2):
        quoted = [float(cell[column]) for cell in cells]
        assert quoted == pytest.approx(expected[name].tolist(), rel=5e-3)
