"""The mathematics: numpy, pandas, scipy and scikit-learn in; frozen values out. Django is forbidden here."""
