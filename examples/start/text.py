"""
Topics of short texts
=====================

A help desk sorts messages by topic, and a message can have several. In this
lesson you read labels that are written into one cell of a CSV file, turn texts
into numbers with scikit-learn, train a network, and look at the words that it
learned for each topic and at the topics that it confuses.
"""

# sphinx_gallery_thumbnail_number = 2
import tempfile
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer

import keras_multilabel as kml

keras.utils.set_random_seed(0)

# %%
# Messages
# --------
# They are made of phrases. Some phrases are ambiguous ("it does not work" may
# be a broken product or a login), and one topic in ten is mentioned without
# its own words, as people do.

phrases = {
    "delivery": """parcel never arrived/courier left it outside
        /delivery is late/tracking shows nothing/wrong address on it""",
    "refund": """want my money back/refund is still missing/returned the item
        /please send the money/cancel and refund""",
    "damaged": """screen is cracked/box was crushed/it came broken
        /a part is missing/it does not work""",
    "billing": """charged twice/invoice is wrong/my card was charged
        /price on the invoice/please send the invoice""",
    "login": """cannot log in/password reset fails/account is locked
        /it does not work/no email with the code""",
    "thanks": """thank you for the help/great service/you were very kind
        /all good now/happy with it""",
}
fillers = """hello/since monday/please help/i have written before/what can i do
    /order 1234"""
shares = np.array([0.35, 0.25, 0.18, 0.15, 0.12, 0.06])


def drawn(text, number):
    """So many of the phrases, with replacement."""
    return [part.strip() for part in rng.choice(text.split("/"), number)]


def message():
    """A text and its topics."""
    topics = [
        label
        for label, yes in zip(phrases, rng.random(6) < shares, strict=True)
        if yes
    ]
    if "damaged" in topics and "refund" not in topics and rng.random() < 0.5:
        topics.append("refund")  # who gets a broken thing wants money back
    said = drawn(fillers, rng.integers(1, 4))
    for label in topics:
        if rng.random() < 0.9:
            said += drawn(phrases[label], rng.integers(1, 3))
    return ", ".join(rng.permutation(said)), topics


rng = np.random.default_rng(0)
texts, topics = zip(*(message() for _ in range(3000)), strict=True)
file = Path(tempfile.mkdtemp(), "messages.csv")
pd.DataFrame(
    {"text": texts, "topics": ["; ".join(row) for row in topics]}
).to_csv(file, index=False)

# %%
# From cells to columns
# ---------------------
# The file has the topics of a message in one cell, with ``;`` between.
# `encode_labels` splits them. An empty cell is a message without a topic,
# which is data like any other.

table = pd.read_csv(file, keep_default_na=False)
y, classes = kml.encode_labels(table["topics"], sep=";")
table.head()

# %%
# `describe_labels` sums up what is in the columns: how many messages have no
# topic, and how uneven the topics are. *delivery* is 5.5 times as frequent as
# *thanks*.

print(kml.describe_labels(y, label_names=classes))

# %%
# Words to numbers
# ----------------
# One column per word or pair of words: how often it occurs in the message, and
# less if it occurs in all messages. The vocabulary is that of the training
# part alone.

train, val = kml.multilabel_train_test_split(
    table, stratify=y, test_size=0.4, random_state=0
)
val, test = kml.multilabel_train_test_split(
    val, stratify=y[val.index], test_size=0.5, random_state=0
)
vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=5).fit(train["text"])


def columns(part):
    """The words of a part as numbers, and its topics."""
    return vectorizer.transform(part["text"]).toarray().astype("float32"), y[
        part.index
    ]


x_train, y_train = columns(train)
x_val, y_val = columns(val)
x_test, y_test = columns(test)
print(
    f"{x_train.shape[0]} messages, {x_train.shape[1]} words and pairs of words"
)

# %%
# A network of one layer
# ----------------------
# Six logistic regressions in one layer. ``threshold="tune"`` tunes a threshold
# per label after each epoch, on the validation part, and predicts each message
# with thresholds that were tuned on others: the F1 in the logs is what to
# expect of tuned thresholds on new messages.

model = keras.Sequential(
    [
        keras.Input((x_train.shape[1],)),
        keras.layers.Dense(len(classes), "sigmoid"),
    ]
)
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
metrics = kml.MultiLabelMetrics(
    (x_val, y_val), label_names=classes, average="macro", threshold="tune"
)
history = model.fit(
    x_train, y_train, epochs=15, verbose=0, callbacks=[metrics]
)
_ = kml.plot_history(history)

# %%
# Which words speak for a topic?
# ------------------------------
# With one layer, the weights can be read. The words of the phrases above come
# out, though the network was not told which phrase belongs to which topic.
# "does not work" is not among them: it speaks for two topics.

weights = model.layers[-1].get_weights()[0]
words = vectorizer.get_feature_names_out()
figure, axes = plt.subplots(2, 3, figsize=(10, 4.8), layout="constrained")
for ax, label, column in zip(axes.flat, classes, weights.T, strict=True):
    best = np.argsort(column)[-6:]
    ax.barh(words[best], column[best], color="#2a6fae")
    ax.set_title(label)

# %%
# How good is each topic?
# -----------------------
# On the test part, with the thresholds of the last epoch. The best that can be
# hoped for is a recall of about 0.9, since one topic in ten is not put into
# words.

y_score = model.predict(x_test, verbose=0)
y_pred = metrics.thresholds.apply(y_score)
_ = kml.plot_label_scores(y_test, y_pred, label_names=classes)

# %%
# Which topics are confused?
# --------------------------
# In each row is a topic that was missed, in each column the one that was
# predicted in excess in the same message: orange, the darker the more often.
# The last column is what was missed with nothing predicted in its place: the
# topics that were not put into words. What stands out between topics is
# *login* and *damaged*. They share a phrase; which of them is predicted for it
# depends on their thresholds.

_ = kml.plot_label_confusion(y_test, y_pred, label_names=classes)

# %%
# A new message
# -------------
# The model with its thresholds inside gives scores and predictions at once,
# and knows the names of its labels. `decode_labels` turns the row of 0 and 1
# back into topics.

deployed = kml.with_decisions(model, metrics.thresholds)
new = [
    "box was crushed and i want my money back",
    "password reset fails",
    "hello, order 1234",
]
numbers = vectorizer.transform(new).toarray().astype("float32")
predicted = deployed.predict(numbers, verbose=0)
for text, labels in zip(
    new, kml.decode_labels(predicted["decisions"], classes), strict=True
):
    print(f"{text!r}: {', '.join(labels) or 'no topic'}")
