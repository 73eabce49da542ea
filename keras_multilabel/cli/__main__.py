"""``python -m keras_multilabel.cli`` is ``keras-multilabel``."""

import sys

from keras_multilabel.cli.main import main

sys.exit(main())
