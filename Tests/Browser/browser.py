# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, led through the DevTools protocol over a pipe."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path


class Failure(Exception):
    """What is not as it must be, in a sentence."""


class Browser:
    """One window; what the page complains of or asks for is remembered in `faults` and `requests`."""

    def __init__(self, width: int = 1280, height: int = 900):
        program = shutil.which("chromium")
        if program is None:
            raise Failure("chromium is missing: scripts/install-dependencies --tests")
        self.profile = tempfile.TemporaryDirectory(prefix="rushes-chromium-", ignore_cleanup_errors=True)
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()
        # Chromium reads commands from descriptor 3 and writes to 4.
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{commands} 4>&{answers}', "chromium", program, "--headless",
             "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--mute-audio",
             "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
             f"--user-data-dir={self.profile.name}", f"--window-size={width},{height}",
             "--remote-debugging-pipe", "about:blank"],
            pass_fds=(commands, answers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.rest = b""
        self.number = 0
        self.session: str | None = None
        self.events: list[dict] = []
        self.faults: list[str] = []
        self.requests: list[str] = []
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        self.session = self.call(
            "Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "DOM", "Accessibility"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        self.profile.cleanup()

    def call(self, method: str, **parameters) -> dict:
        """Sends one command and answers its result."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data):]
        end = time.monotonic() + 60
        while time.monotonic() < end:
            answer = self._next(end)
            if answer is not None and answer.get("id") == self.number:
                if "error" in answer:
                    raise Failure(f"{method}: {answer['error']['message']}")
                return answer["result"]
        raise Failure(f"{method}: the browser did not answer within a minute")

    def _next(self, end: float) -> dict | None:
        while b"\0" not in self.rest:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.answers], [], [], left)[0]:
                return None
            part = os.read(self.answers, 1 << 20)
            if not part:
                raise Failure("the browser ended")
            self.rest += part
        line, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(line)
        if "method" in message:
            self._note(message["method"], message["params"])
        return message

    def _note(self, event: str, facts: dict) -> None:
        self.events.append({"event": event})
        if event == "Page.javascriptDialogOpening":
            self.faults.append(f"a script of a stranger ran: {facts['message']}")
            # Answered without waiting: the page stands still until then.
            self.number += 1
            message = {"id": self.number, "method": "Page.handleJavaScriptDialog",
                       "params": {"accept": True}, "sessionId": self.session}
            os.write(self.commands, json.dumps(message).encode() + b"\0")
        elif event == "Runtime.exceptionThrown":
            details = facts["exceptionDetails"]
            self.faults.append(f"an exception: {details.get('exception', details)}")
        elif event == "Runtime.consoleAPICalled" and facts["type"] in ("error", "warning", "assert"):
            self.faults.append(f"the console: {facts['args']}")
        elif event == "Log.entryAdded" and facts["entry"]["level"] in ("error", "warning"):
            entry = facts["entry"]
            self.faults.append(f"the log: {entry['text']} {entry.get('url', '')}")
        elif event == "Network.requestWillBeSent":
            self.requests.append(facts["request"]["url"])

    def wait(self, expression: str, what: str, seconds: float = 20) -> None:
        """Returns once an expression holds in the page."""
        end = time.monotonic() + seconds
        while not self.evaluate(expression):
            if time.monotonic() > end:
                raise Failure(f"within {seconds:g} s it did not come to this: {what}")
            time.sleep(0.02)

    def evaluate(self, expression: str):
        """The value of an expression in the page, a promise's when it is kept."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True,
            userGesture=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise Failure(f"{expression[:60]}: {details.get('exception', {}).get('description')}")
        return answer["result"].get("value")

    def open(self, file: Path) -> None:
        """Goes to a page and returns when everything that it shows at first is there."""
        self.events.clear()
        self.call("Page.navigate", url=file.resolve().as_uri())
        end = time.monotonic() + 60
        while not any(event["event"] == "Page.loadEventFired" for event in self.events):
            if time.monotonic() > end:
                raise Failure(f"'{file}' was not loaded within a minute")
            self._next(time.monotonic() + 1)

    def window(self, width: int, height: int, *, phone: bool = False) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=2 if phone else 1, mobile=phone)
        self.call("Emulation.setTouchEmulationEnabled", enabled=phone)

    def media(self, scheme: str = "light", motion: str = "no-preference") -> None:
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": motion}])

    def key(self, name: str) -> None:
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowRight": 39}
        facts = {"key": name, "code": name, "windowsVirtualKeyCode": codes[name]}
        if name == "Enter":
            facts["text"] = "\r"
        self.call("Input.dispatchKeyEvent", type="keyDown", **facts)
        self.call("Input.dispatchKeyEvent", type="keyUp", **facts)

    def mouse(self, kind: str, x: float, y: float) -> None:
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="none" if kind == "mouseMoved"
                  else "left", clickCount=0 if kind == "mouseMoved" else 1)

    def middle(self, selector: str) -> tuple[float, float]:
        """The middle of an element, scrolled into view."""
        box = self.evaluate(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2]; })()")
        return box[0], box[1]

    def screenshot(self, file: Path) -> None:
        data = self.call("Page.captureScreenshot", format="png")["data"]
        file.write_bytes(base64.b64decode(data))

    def unnamed(self) -> list[str]:
        """Controls and pictures that a screen reader has no name for, as Chromium computes names."""
        roles = {"button", "link", "textbox", "searchbox", "combobox", "image", "region", "Video",
                 "DisclosureTriangle", "dialog", "navigation", "search"}
        found = []
        for node in self.call("Accessibility.getFullAXTree")["nodes"]:
            role = node.get("role", {}).get("value")
            if node.get("ignored") or role not in roles | {"img"}:
                continue
            if role != "search" and not node.get("name", {}).get("value", "").strip():
                found.append(f"a {role} has no name")
        return found
