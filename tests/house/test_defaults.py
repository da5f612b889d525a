"""Tables of defaults: how values read, what shares a row, and that no parameter is left out."""

import unittest

from defaults import rows, shown_value, with_tables


def parameter(path, default="1", unit="", source="assumption"):
    return {"path": path, "default": default, "unit": unit, "source": source}


class Defaults(unittest.TestCase):
    def test_values(self):
        for default, unit, shown in (("4", "cycles", "4 cycles"), ("1", "cycles", "1 cycle"), ("1", "entries", "1 entry"),
                                     ("2500MHz", "Hz", "2500 MHz"), ("0ps", "ps", "0 ps"), ("lru", "", "`lru`"),
                                     ("65536", "bytes", "64 KiB"), ("1000", "bytes", "1000 bytes"), ("0", "bytes", "0 bytes"),
                                     ("6966", "ID", "0x1b36"), ("275146342400", "address", "0x40_1000_0000"),
                                     ("16", "log2 entries", "2^16 entries"), ("8", "", "8")):
            self.assertEqual(shown_value(parameter("a", default, unit)), shown)

    def test_one_group_and_source_share_a_row(self):
        some = [parameter("smmu.tlb.entries", "8", "entries"), parameter("smmu.tlb.seed", source="arbitrary"),
                parameter("smmu.tlb.ways", "2", "ways"), parameter("smmu.walkers", "3")]
        self.assertEqual(rows(some, ("smmu.",)), [
            "| `tlb.entries`, `ways` | 8 entries, 2 ways | assumption |", "| `tlb.seed` | 1 | arbitrary |",
            "| `walkers` | 3 | assumption |"])

    def test_a_long_row_is_broken(self):
        some = [parameter(f"a.{'x' * 40}{i}") for i in range(3)]
        self.assertEqual(len(rows(some, ("a.",))), 2)

    def test_of_many_endpoints_the_first(self):
        made, astray = with_tables(["<!-- defaults of endpoints. -->", "<!-- end of defaults -->"],
                                   [parameter("endpoints.0.lanes", "4"), parameter("endpoints.1.lanes", "8")])
        self.assertEqual(astray, [])
        self.assertIn("| `lanes` | 4 | assumption |", made)
        self.assertNotIn("| `lanes` | 8 | assumption |", made)

    def test_every_parameter_is_in_one_table(self):
        page = ["<!-- defaults of a. -->", "old", "<!-- end of defaults -->", "<!-- defaults of a.b -->", "<!-- end of defaults -->"]
        made, astray = with_tables(page, [parameter("a.b"), parameter("a.c"), parameter("d")])
        self.assertEqual(astray, ["a.b", "d"])
        self.assertNotIn("old", made)


if __name__ == "__main__":
    unittest.main()
