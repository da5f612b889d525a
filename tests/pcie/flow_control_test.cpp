#include <gtest/gtest.h>

#include <set>

#include "doorbell/pcie/arch/credits.h"
#include "doorbell/pcie/arch/tags.h"

namespace doorbell::pcie {
namespace {

TEST(CreditsTest, DataCreditsAre16BytesBegun) {
  EXPECT_EQ(credits_needed(memory_request(TlpType::MWr, 0, 0, 4)), (FlowCredits{1, 1}));
  EXPECT_EQ(credits_needed(memory_request(TlpType::MWr, 0, 0, 16)), (FlowCredits{1, 1}));
  EXPECT_EQ(credits_needed(memory_request(TlpType::MWr, 0, 0, 20)), (FlowCredits{1, 2}));
  EXPECT_EQ(credits_needed(memory_request(TlpType::MWr, 0, 0, 256)), (FlowCredits{1, 16}));
  EXPECT_EQ(credits_needed(memory_request(TlpType::MRd, 0, 0, 4096)), (FlowCredits{1, 0}));
  EXPECT_EQ(credits_needed(configuration_request(true, 0, 0, 0, 4)), (FlowCredits{1, 1}));
}

TEST(TagPoolTest, WidthsGive32And256And768Tags) {
  for (const auto& [width, count, first] :
       {std::tuple{TagWidth::bits5, 32u, 0u}, std::tuple{TagWidth::bits8, 256u, 0u},
        std::tuple{TagWidth::bits10, 768u, 256u}}) {
    TagPool pool(width);
    std::set<std::uint16_t> seen;
    while (const auto tag = pool.allocate()) {
      EXPECT_GE(*tag, first);
      EXPECT_LT(*tag, first + count);
      seen.insert(*tag);
    }
    EXPECT_EQ(seen.size(), count);
    pool.release(*seen.begin());
    EXPECT_EQ(pool.in_use(), count - 1);
    EXPECT_EQ(pool.allocate(), *seen.begin());
  }
}

TEST(TagPoolTest, LimitBoundsBelowTheWidth) {
  EXPECT_EQ(TagPool(TagWidth::bits8, 35).capacity(), 35u);
}

}  // namespace
}  // namespace doorbell::pcie
