"""One block of every kind, as a merchant may write them."""

from typing import Any

EVERY_BLOCK: list[dict[str, Any]] = [
    {"kind": "heading", "text": "A & B", "then": "{{ story.then }}"},
    {"kind": "text", "text": "One\nTwo <three> {{ profile.first_name }}"},
    {"kind": "status_bar"},
    {"kind": "delivery_date"},
    {"kind": "image", "url": "https://ridge.example/a.png", "alt": 'A "tent"', "link": "{{ shop.url }}"},
    {"kind": "spacer", "height": 40},
    {"kind": "button", "text": "Go", "color": "#123456", "text_color": "#ffffff"},
    {"kind": "items", "total": True},
    {"kind": "address"},
    {"kind": "pickup"},
    {"kind": "discount", "text": "For next time", "code": "PINE10", "until": "Until Friday"},
    {"kind": "recommendations"},
    {"kind": "review_stars", "url": "https://ridge.example/review"},
    {"kind": "scale", "url": "https://ridge.example/answer", "low": "No", "high": "Yes & more"},
    {"kind": "social", "links": [{"name": "Photos", "url": "https://photos.example/?a=1&b=2"}]},
    {"kind": "raw", "html": "<b>{{ shop.name }}{% if 1 < 2 %} yes{% endif %}</b>", "text": "{{ shop.name }}"},
]
