"""A headless Chromium, driven by chromedriver's own protocol (W3C WebDriver)."""

import base64
import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HELPERS = Path(__file__).with_name("helpers.js").read_text(encoding="utf-8")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
)
BINARIES = ("chromium", "chromium-browser", "google-chrome")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Enter": "\ue007", "Home": "\ue011", "End": "\ue010", "Down": "\ue015"}
KEYS |= {"Up": "\ue013", "Right": "\ue014", "Left": "\ue012", "Escape": "\ue00c"}
KEYS |= {"PageDown": "\ue00f", "Tab": "\ue004"}


def missing():
    """What a browser test lacks; None where all is there."""
    if not any(map(shutil.which, BINARIES)):
        return f"none of {', '.join(BINARIES)} is installed"
    return None if shutil.which("chromedriver") else "chromedriver is not installed"


class Browser:
    """One window; a fresh profile, so that nothing of other pages is left."""

    def __init__(self, *flags, width=1400, height=1000):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        port = _free_port()
        self._driver = subprocess.Popen(
            ["chromedriver", f"--port={port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._url = f"http://127.0.0.1:{port}"
        try:
            self._await_driver()
            self._start(flags, width, height)
        except BaseException:
            self.close()
            raise

    def _start(self, flags, width, height):
        args = [*FLAGS, f"--user-data-dir={self._profile.name}", *flags]
        args += [f"--window-size={width},{height}"]
        binary = next(filter(None, map(shutil.which, BINARIES)))
        options = {"binary": binary, "args": args}
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        found = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._url += f"/session/{found['sessionId']}"

    def _await_driver(self):
        for _ in range(200):
            try:
                if self._ask("GET", "/status")["ready"]:
                    return
            except urllib.error.URLError:
                time.sleep(0.05)
        raise TimeoutError("chromedriver does not answer")

    def _ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()[:600]) from error

    def open(self, path):
        """Open a file, and wait until its script has said that it is ready."""
        self._ask("POST", "/url", {"url": path.resolve().as_uri()})
        for _ in range(400):
            if self.run("return document.documentElement.dataset.ready"):
                return
            time.sleep(0.02)
        raise TimeoutError(f"the page does not become ready: {self.console()}")

    def run(self, script, *arguments):
        """What a script returns, which sees the page's own names."""
        body = {"script": HELPERS + script, "args": list(arguments)}
        return self._ask("POST", "/execute/sync", body)

    def wait(self, promise, *arguments):
        """What a promise of the page comes to, an expression."""
        script = (
            f"{HELPERS}Promise.resolve({promise}).then(arguments[{len(arguments)}])"
        )
        body = {"script": script, "args": list(arguments)}
        return self._ask("POST", "/execute/async", body)

    def find(self, selector):
        body = {"using": "css selector", "value": selector}
        return self._ask("POST", "/element", body)[ELEMENT]

    def click(self, selector):
        self._ask("POST", f"/element/{self.find(selector)}/click", {})

    def type(self, text):
        """Press keys, one by one, wherever the focus is."""
        keys = [KEYS[text]] if text in KEYS else list(text)
        actions = [
            {"type": kind, "value": key}
            for key in keys
            for kind in ("keyDown", "keyUp")
        ]
        source = {"type": "key", "id": "keys", "actions": actions}
        self._ask("POST", "/actions", {"actions": [source]})

    def text(self, selector):
        return self.run(
            "return document.querySelector(arguments[0]).innerText", selector
        )

    def console(self):
        """What the console said since it was last asked."""
        return self._ask("POST", "/se/log", {"type": "browser"})

    def requested(self):
        """The addresses that were asked for since this was last asked."""
        entries = self._ask("POST", "/se/log", {"type": "performance"})
        messages = [json.loads(entry["message"])["message"] for entry in entries]
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]

    def resize(self, width, height):
        self._ask("POST", "/window/rect", {"width": width, "height": height})

    def emulate(self, **metrics):
        """What the developer tools set: the width of a phone, dark mode."""
        for command, params in metrics.items():
            body = {"cmd": command.replace("_", "."), "params": params}
            self._ask("POST", "/goog/cdp/execute", body)

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self._ask("GET", "/screenshot")))

    def close(self):
        try:
            self._ask("DELETE", "")
        except Exception:
            pass
        finally:
            self._driver.terminate()
            self._driver.wait(10)
            self._profile.cleanup()


def _free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
