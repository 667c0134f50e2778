from vitruvian.server.docs_page import docs_page


def test_words_of_the_document_are_escaped() -> None:
    operation = {"operationId": "a", "parameters": [{"name": "<b>", "in": "query", "schema": {"type": "<i>"}}]}
    schema = {"properties": {"<u>": {"anyOf": [{"type": "null"}, {"enum": ["<s>"]}]}}, "description": "<em>"}
    page = docs_page(
        {"info": {"title": "<h1>x"}, "paths": {"/<p>": {"get": operation}}, "components": {"schemas": {"T": schema}}}
    )
    for tag in ("<b>x", "<i>", "<u>", "<s>", "<em>", "<p>/", "<h1>x"):
        assert tag not in page.replace("<p>Scripts", "").replace("<p>&lt;", "")
    assert "null or <code>&quot;&lt;s&gt;&quot;</code>" in page
