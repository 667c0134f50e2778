"""Small files in the layout in which CVAT writes them."""

from pathlib import Path
from typing import Any

from defusedxml import ElementTree

SVG = (
    '<line x1="36.87" y1="47.73" x2="86.87" y2="10.77" stroke="black" data-type="edge" data-node-from="2"'
    ' stroke-width="0.5" data-node-to="3"></line><line x1="25.16" y1="22.64" x2="36.87" y2="47.73" stroke="black"'
    ' data-type="edge" data-node-from="1" stroke-width="0.5" data-node-to="2"></line>'
    '<circle r="1.5" stroke="black" fill="#b3b3b3" cx="25.16" cy="22.64" stroke-width="0.1" data-type="element node"'
    ' data-element-id="1" data-node-id="1" data-label-name="nose"></circle>'
    '<circle r="1.5" stroke="black" fill="#b3b3b3" cx="36.87" cy="47.73" stroke-width="0.1" data-type="element node"'
    ' data-element-id="2" data-node-id="2" data-label-name="left_wrist"></circle>'
    '<circle r="1.5" stroke="black" fill="#b3b3b3" cx="86.87" cy="10.77" stroke-width="0.1" data-type="element node"'
    ' data-element-id="3" data-node-id="3" data-label-name="right_wrist"></circle>'
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


LABELS = f"""<labels>
        <label>
          <name>person</name>
          <color>#fa3253</color>
          <type>skeleton</type>
          <attributes>
            <attribute>
              <name>mood</name>
              <mutable>True</mutable>
              <input_type>select</input_type>
              <default_value>glad</default_value>
              <values>glad
sad</values>
            </attribute>
            <attribute>
              <name>age</name>
              <mutable>False</mutable>
              <input_type>number</input_type>
              <default_value>0</default_value>
              <values>0
99
1</values>
            </attribute>
            <attribute>
              <name>seated</name>
              <mutable>True</mutable>
              <input_type>checkbox</input_type>
              <default_value>false</default_value>
              <values></values>
            </attribute>
          </attributes>
          <svg>{escaped(SVG)}</svg>
        </label>
        <label>
          <name>nose</name>
          <color>#d12345</color>
          <type>points</type>
          <attributes>
          </attributes>
          <parent>person</parent>
        </label>
        <label>
          <name>left_wrist</name>
          <color>#350dea</color>
          <type>points</type>
          <attributes>
          </attributes>
          <parent>person</parent>
        </label>
        <label>
          <name>right_wrist</name>
          <color>#479ffe</color>
          <type>points</type>
          <attributes>
          </attributes>
          <parent>person</parent>
        </label>
        <label>
          <name>car</name>
          <color>#2080c0</color>
          <type>any</type>
          <attributes>
          </attributes>
        </label>
        <label>
          <name>wheel</name>
          <type>points</type>
          <attributes>
          </attributes>
        </label>
        <label>
          <name>good_frame</name>
          <type>tag</type>
          <attributes>
          </attributes>
        </label>
      </labels>"""


def document(mode: str, body: str, *, more: str = "", labels: str = LABELS) -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <id>4</id>
      <name>street &amp; co</name>
      <size>27</size>
      <mode>{mode}</mode>
      <overlap>0</overlap>
      <bugtracker></bugtracker>
      <flipped>False</flipped>
      <created>2018-09-25 11:34:24.617558+03:00</created>
      {labels}
      <segments>
        <segment>
          <id>4</id>
          <start>0</start>
          <stop>26</stop>
          <url>http://localhost:8080/?id=4</url>
        </segment>
      </segments>
      <owner>
        <username>admin</username>
        <email></email>
      </owner>{more}
    </task>
    <dumped>2018-09-25 11:38:28.799808+03:00</dumped>
  </meta>
{body}
</annotations>
"""


SKELETON = """    <skeleton label="person" source="manual" z_order="2" group_id="3">
      <points label="nose" source="manual" outside="0" occluded="0" points="54.47,94.81">
      </points>
      <points label="right_wrist" source="manual" outside="1" occluded="0" points="125.870,62.85">
      </points>
      <points label="left_wrist" source="manual" outside="0" occluded="1" points="68.02,162.34">
        <attribute name="worn">ring</attribute>
      </points>
      <attribute name="mood">sad</attribute>
      <attribute name="age">31</attribute>
      <attribute name="seated">true</attribute>
    </skeleton>"""

SHAPES = """    <box label="car" source="auto" occluded="0" xtl="797.33" ytl="870.92" xbr="965.52" ybr="928.94" \
z_order="4">
    </box>
    <box label="car" source="manual" occluded="1" xtl="40.00" ytl="20.00" xbr="140.00" ybr="70.50" z_order="0" \
group_id="3">
    </box>
    <polygon label="car" source="manual" occluded="0" points="561.30,916.23;561.30,842.77;554.72,761.63" z_order="1">
    </polygon>
    <polyline label="car" source="manual" occluded="0" points="462.10,0.00;126.80,1200.00" z_order="3">
    </polyline>
    <points label="wheel" source="manual" occluded="0" points="574.90,939.48;1170.16,907.90" z_order="5">
    </points>
    <mask label="car" source="manual" occluded="0" rle="1, 2, 3" left="707" top="888" width="3" height="2" z_order="0">
    </mask>
    <ellipse label="car" source="manual" occluded="0" cx="20.00" cy="30.00" rx="5.00" ry="4.00" z_order="0">
    </ellipse>
    <tag label="good_frame" source="manual">
    </tag>"""

IMAGES = document("annotation", f"""  <image id="0" name="a/filename000.jpg" width="1600" height="1200">
{SKELETON}
{SHAPES}
  </image>
  <image id="1" name="b.jpg" width="640" height="480">
  </image>
  <image id="2" name="c.jpg" width="640" height="480">
    <points label="wheel" source="manual" occluded="1" points="1.5,2;3,4" z_order="5">
    </points>
  </image>""")  # fmt: skip

MORE = """
      <source>clip.mp4</source>
      <original_size>
        <width>640</width>
        <height>480</height>
      </original_size>"""


def frame(number: int, keys: str, *, outside: str = "000") -> str:
    names = ("nose", "left_wrist", "right_wrist")
    points = "".join(
        f'\n      <points label="{name}" keyframe="{keys[at]}" outside="{outside[at]}" occluded="{at % 2}"'
        f' points="{number + at}.50,{10 * at}.25">\n      </points>'
        for at, name in enumerate(names)
    )
    key = int("1" in keys)
    return f"""    <skeleton frame="{number}" keyframe="{key}" z_order="0">{points}
      <attribute name="mood">glad</attribute>
    </skeleton>
"""


def boxes(label: str, *numbers: int) -> str:
    return "\n".join(
        f'    <box frame="{at}" keyframe="{int(at != 1)}" outside="{int(at == numbers[-1])}" occluded="0" xtl="{at}.00"'
        f' ytl="2.00" xbr="30.20" ybr="80.00" z_order="0">\n    </box>'
        for at in numbers
    )


VIDEO = document("interpolation", f"""  <track id="0" label="person" source="manual" group_id="7">
{frame(0, "111")}{frame(1, "000")}{frame(2, "101")}{frame(5, "111", outside="111")}  </track>
  <track id="1" label="car" source="auto">
{boxes("car", 0, 1, 9)}
  </track>
  <track id="2" label="car" source="manual" group_id="7">
{boxes("car", 0, 1, 2, 6)}
  </track>
  <track id="3" label="car" source="manual">
    <mask frame="3" keyframe="1" outside="0" occluded="0" rle="0, 4" left="1" top="2" width="2" height="2" z_order="0">
    </mask>
    <cuboid frame="4" keyframe="1" outside="0" occluded="0" xtl1="1.00" ytl1="2.00" z_order="0">
    </cuboid>
  </track>""", more=MORE)  # fmt: skip

NESTED = document("interpolation", """  <track id="0" label="person" source="manual">
    <track id="0" label="nose">
      <points frame="0" keyframe="1" outside="0" occluded="0" points="1.00,2.00">
      </points>
      <points frame="4" keyframe="1" outside="0" occluded="0" points="5.00,2.00">
      </points>
    </track>
    <track id="1" label="left_wrist">
      <points frame="0" keyframe="1" outside="0" occluded="1" points="10.00,20.00">
      </points>
      <points frame="2" keyframe="0" outside="0" occluded="0" points="12.00,20.00">
      </points>
      <points frame="4" keyframe="1" outside="1" occluded="0" points="12.00,20.00">
      </points>
    </track>
  </track>""", more=MORE)  # fmt: skip


def tree(content: bytes | str) -> list[Any]:
    """Everything that an XML document says, to be compared."""

    def said(element: Any) -> list[Any]:
        return [
            element.tag, list(element.attrib.items()), element.text or "", element.tail or "",
            [said(child) for child in element],
        ]  # fmt: skip

    return said(ElementTree.fromstring(content))


def stored(folder: Path, content: str | bytes) -> Path:
    path = folder / "annotations.xml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
