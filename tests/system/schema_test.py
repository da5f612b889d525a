#!/usr/bin/python3
"""Whether `doorbell schema` takes what doorbell takes, and refuses what it refuses.

schema_test.py DOORBELL SOURCE_DIR; with Debian's python3-jsonschema and python3-yaml."""
import glob
import json
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import yaml

DOORBELL, SOURCE = sys.argv[1], sys.argv[2]


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        text = subprocess.run([DOORBELL, "schema"], check=True, capture_output=True).stdout
        cls.schema = json.loads(text)
        cls.validator = jsonschema.Draft7Validator(cls.schema)

    def takes(self, text):
        return self.validator.is_valid(yaml.safe_load(text))

    def test_is_a_schema(self):
        jsonschema.Draft7Validator.check_schema(self.schema)

    def test_takes_the_platform_and_every_preset(self):
        files = glob.glob(SOURCE + "/platforms/presets/*.yaml") + [SOURCE + "/platforms/virt.yaml"]
        self.assertGreaterEqual(len(files), 5)
        for name in files:
            with open(name, encoding="utf-8") as file:
                errors = [error.message for error in self.validator.iter_errors(yaml.safe_load(file))]
            self.assertEqual(errors, [], name)

    def reader_takes(self, text):
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/overlay.yaml", "w", encoding="utf-8") as file:
                file.write(text)
            run = subprocess.run([DOORBELL, "platform", SOURCE + "/platforms/virt.yaml", "--with",
                                  file.name, "-o", folder + "/picture.dot"], capture_output=True, check=False)
        self.assertIn(run.returncode, (0, 2), run.stderr)
        return run.returncode == 0

    def test_takes_what_the_reader_takes(self):
        for text in ["smmu: {tlb: {entries: 64}}", "smmu: {tlb: {entries: 4KiB}}", "smmu:",
                     "ram: {read_latency: 1.5 us}", "ram: {read_latency: 80  ns}", "ram: {read_latency: 0}",
                     "ram: {size: 0x4000_0000}", "cpu: {frequency: 62.5MHz}", "check_protocol: true",
                     "endpoints: [{tag_width: 5}, {}]", "endpoints: {tag_width: 5}"]:
            self.assertTrue(self.takes(text), text)
            self.assertTrue(self.reader_takes(text), text)

    def test_refuses_what_the_reader_refuses(self):
        for text in ["smmu: {tbl: {entries: 64}}", "smmu: {tlb: {entries: 0}}",
                     "smmu: {tlb: {entries: 131072}}", "smmu: {tlb: {entries: many}}", "smmu: 3",
                     "smmu: {tlb: {entries: 64ns}}", "smmu: {tlb: {replacement: fifo}}", "smmu: {clock: 1ns}",
                     "ram: {read_latency: 5}", "ram: {read_latency: 5 light years}", "ram: {read_latency: 80GHz}",
                     "ram: {size: 1GB}", "cpu: {frequency: 0}", "cpu: {frequency: 3}", "check_protocol: perhaps",
                     "endpoints:", "endpoints: []", "endpoints: 2", "endpoints: {lanes: 1}",
                     "endpoints: [{tag_width: 6}]", "endpoints: [{link: {lane: 4}}]"]:
            self.assertFalse(self.takes(text), text)
            self.assertFalse(self.reader_takes(text), text)

    def test_every_key_says_what_it_is(self):
        def check(node, path):
            for key, child in node.get("properties", {}).items():
                below = path + "." + key
                if "properties" in child:
                    check(child, below)
                    check(child.get("items", {}), below)
                else:
                    self.assertTrue(child["description"], below)
                    self.assertIn("default", child, below)

        check(self.schema, "")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
