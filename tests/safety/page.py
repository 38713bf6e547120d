"""A page as a browser reads it: its forms, its links, and what in it could run."""

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

TYPED = {"text", "search", "tel", "url", "textarea"}  # a password is never shown
LINKS = {"href", "src", "action", "formaction", "xlink:href", "data", "poster", "srcset"}
RUNNING = ("javascript:", "vbscript:", "data:text")
NOT_TYPED = {"csrfmiddlewaretoken", "once"}  # made anew for every form that is shown


@dataclass
class Field:
    """One thing that a form sends."""

    name: str
    kind: str
    value: str = ""
    choices: list = field(default_factory=list)
    asked: dict = field(default_factory=dict)

    @property
    def longest(self):
        """How many characters fit."""
        return int(self.asked.get("maxlength") or 10**9)

    @property
    def sent(self):
        """What somebody would send who fills in everything."""
        given = [choice for choice in self.choices if choice]
        if self.value or self.choices:
            return self.value or (given or [""])[0]
        kind = next((kind for kind in BY_NAME if self.name.endswith(kind)), self.kind)
        return SENSIBLE.get(kind, "Plain words")[: self.longest]


# What is no free text, although it is typed into a field for text.
BY_NAME = ("email", "login", "phone", "amount", "price", "slug", "region", "code")
SENSIBLE = {
    "number": "1", "date": "2031-01-01", "time": "08:00", "datetime-local": "2031-01-01T08:00",
    "month": "2031-01", "color": "#336699", "email": "somebody@example.org", "hidden": " ",
    "url": "https://example.org/", "phone": "13800000007", "amount": "12.50", "price": "12.50",
    "slug": "a-slug", "region": "CN", "code": "123456", "login": "somebody@example.org",
}  # fmt: skip


@dataclass
class Form:
    """Where it goes and what it sends."""

    action: str
    method: str
    fields: dict = field(default_factory=dict)

    def of_kind(self, *kinds):
        """The names of those fields."""
        return [one.name for one in self.fields.values() if one.kind in kinds]

    @property
    def typed(self):
        """The names of the fields in which somebody writes what they like."""
        return [name for name in self.of_kind(*TYPED) if not name.endswith(BY_NAME)]

    @property
    def formed(self):
        """The names of the fields whose text has a form: addresses, numbers, codes."""
        return [name for name in self.of_kind("email", *TYPED) if name.endswith(BY_NAME)]

    def filled(self, **other):
        """What somebody sends who fills in everything, except what is said otherwise."""
        sent = {one.name: one.sent for one in self.fields.values() if one.kind != "file"}
        return {**sent, **other}


class Page(HTMLParser):
    """Collects the forms, the links, and what a strict policy would not let run."""

    def __init__(self, text, path="", nonce=""):
        super().__init__()
        self.path, self.nonce = path, nonce
        self.forms, self.links, self.inline, self.tags = [], [], [], []
        self._form = self._select = self._area = self._option = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Look at one tag."""
        said = {name: value or "" for name, value in attrs}
        self.tags.append((tag, said))
        self._judge(tag, said)
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        self._collect(tag, said)

    def _judge(self, tag, said):
        self.inline += [f"<{tag} {name}>" for name in said if name.startswith("on")]
        self.inline += [f"<{tag} {name}>" for name in said if name in {"style", "srcdoc"}]
        self.inline += [
            f"<{tag} {name}={value}>"
            for name, value in said.items()
            if name in LINKS and "".join(value.split()).lower().startswith(RUNNING)
        ]
        data = said.get("type") in {"application/ld+json", "application/json"}
        own = "src" not in said and said.get("nonce") != self.nonce
        if tag in {"script", "style"} and own and not data:
            self.inline.append(f"<{tag}>")
        if tag in {"base", "object", "embed", "iframe", "frame", "applet"}:
            self.inline.append(f"<{tag}>")
        if tag == "meta" and said.get("http-equiv", "").lower() == "refresh":
            self.inline.append("<meta refresh>")

    def _collect(self, tag, said):
        if tag == "form":
            self._form = Form(said.get("action") or self.path, said.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "option" and self._select:
            self._option = said
            self._choose(said.get("value"))
        name = said.get("name", "")
        if self._form is None or not name or name in NOT_TYPED or "disabled" in said:
            return
        kind = tag if tag != "input" else said.get("type", "text").lower()
        if tag not in {"input", "textarea", "select", "button"} or kind in {"submit", "reset"}:
            return
        if tag == "button":
            self._variant(name, said.get("value", ""))
            return
        known = self._form.fields.setdefault(name, Field(name, kind, asked=said))
        if kind in {"radio", "checkbox"}:
            known.choices.append(said.get("value", "on"))
            known.value = said.get("value", "on") if "checked" in said else known.value
        else:
            known.value = said.get("value", "")
        self._select = known if tag == "select" else self._select
        self._area = known if tag == "textarea" else None

    def _choose(self, value):
        """Take an option; one without a value says it as its text, which comes later."""
        if value is None:
            return
        self._select.choices.append(value)
        if "selected" in self._option:
            self._select.value = value
        self._option = None

    def _variant(self, name, value):
        """Another button of the same form is another form."""
        button = {name: Field(name, "hidden", value)}
        self.forms.append(replace(self._form, fields={**self._form.fields, **button}))

    def handle_data(self, data):
        """Take what stands in a text area or an option."""
        if self._option is not None and self._select is not None:
            self._choose(data.strip())
        if self._area is not None:
            self._area.value += data.removeprefix("\n")

    def handle_endtag(self, tag):
        """Close what is closed."""
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None
