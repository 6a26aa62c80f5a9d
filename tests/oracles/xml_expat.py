"""Reads XML as expat does: a JSON string a line in, null (refused) or [[way, attributes, text], ...] a line out."""

import json
import sys
import xml.parsers.expat


def read(text):
    parser = xml.parsers.expat.ParserCreate()
    ways, texts, elements = [], [], []

    def start(name, attributes):
        ways.append((ways[-1] if ways else "") + "/" + name)
        texts.append("")
        elements.append([ways[-1], attributes, None])
        places.append(len(elements) - 1)

    def end(_):
        ways.pop()
        elements[places.pop()][2] = texts.pop()

    def data(more):
        texts[-1] += more

    def refuse(*_):
        raise xml.parsers.expat.ExpatError("a DOCTYPE")

    places = []
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = data, refuse
    parser.Parse(text.encode("utf-8"), True)
    return elements


for line in sys.stdin:
    try:
        answer = read(json.loads(line))
    except xml.parsers.expat.ExpatError:
        answer = None
    print(json.dumps(answer))
