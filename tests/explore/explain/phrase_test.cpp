#include "platforms/explore/explain/phrase.h"

#include <gtest/gtest.h>

namespace doorbell::explore {
namespace {

TEST(Phrase, SaysWhatIsWaitedForAndWhoHasIt) {
  EXPECT_EQ(phrase_of({"tcu", true, "virt.smmu.tcu.walkers", "walk of page", 0xffffd}),
            "waiting for virt.smmu.tcu.walkers, held by walk of page 0xffffd");
  EXPECT_EQ(phrase_of({"tcu", true, "virt.smmu.tcu.walkers", "walk of page", {}}),
            "waiting for virt.smmu.tcu.walkers, held by walk of page");
  EXPECT_EQ(phrase_of({"link", true, "the link's line", "", {}}), "waiting for the link's line");
  EXPECT_EQ(phrase_of({"link", true, "", "", {}}), "waiting");
}

TEST(Phrase, SaysWhatServesAndWhyThatWasNecessary) {
  EXPECT_EQ(phrase_of({"its", false, "", "", {}}), "service");
  EXPECT_EQ(phrase_of({"its", false, "device table read", "", {}}), "device table read");
  EXPECT_EQ(phrase_of({"its", false, "device table read", "eviction from device cache set", 3}),
            "device table read, because of eviction from device cache set 3");
}

TEST(Phrase, CountsInDecimalsAndAddressesInHexadecimals) {
  EXPECT_EQ(id_text("handler of INTID", 8195), "8195");
  EXPECT_EQ(id_text("firmware of processor", 12), "12");
  EXPECT_EQ(id_text("write of stream", 16), "0x10");
}

TEST(Phrase, TheDetailOfAResourceFollowsAComma) {
  EXPECT_EQ(without_detail("table read, level 3"), "table read");
  EXPECT_EQ(without_detail("DTI"), "DTI");
}

TEST(Phrase, WrapsAtSpacesAndKeepsEveryWord) {
  EXPECT_EQ(wrapped("one two three four", 9),
            (std::vector<std::string>{"one two", "three", "four"}));
  EXPECT_EQ(wrapped("a extraordinarily b", 5),
            (std::vector<std::string>{"a", "extraordinarily", "b"}));
  EXPECT_EQ(wrapped("took 100 ns each", 8), (std::vector<std::string>{"took", "100 ns", "each"}));
  EXPECT_EQ(wrapped("page 0x8 (100.0 %)", 15), (std::vector<std::string>{"page 0x8", "(100.0 %)"}));
  EXPECT_EQ(wrapped("", 5), (std::vector<std::string>{""}));
}

}  // namespace
}  // namespace doorbell::explore
