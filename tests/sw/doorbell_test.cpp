#include "sw/drivers/doorbell/doorbell.h"

#include "tests/sw/smmu_driver.h"

namespace doorbell::sw {
namespace {

constexpr std::uint64_t window = 0x10000000;
constexpr std::uint64_t translater = 0x8090040;

class DoorbellDriver : public SmmuDriver {
 protected:
  void SetUp() override {
    SmmuDriver::SetUp();
    initialise();
    ASSERT_EQ(smmu_domain_initialise(&smmu_, &domain_, 5, 48), STATUS_OK);
    doorbells_.smmu = &smmu_;
    doorbells_.domain = &domain_;
    doorbells_.window = window;
    doorbells_.window_end = window + 4 * PAGE_SIZE;
    fake_.take_commands();
  }
  std::uint64_t get(std::uint64_t address = translater) {
    std::uint64_t iova = 0;
    EXPECT_EQ(doorbell_get(&doorbells_, address, &iova), STATUS_OK);
    return iova;
  }
  bool maps(std::uint64_t iova, std::uint64_t to) {
    std::uint64_t address = 0;
    return page_table_lookup(&domain_.table, iova, &address) && address == to;
  }
  smmu_domain domain_{};
  doorbell_domain doorbells_{};
};

TEST_F(DoorbellDriver, IsMappedOnceInAHole) {
  ASSERT_EQ(smmu_map(&domain_, window, 0x50000000, 2 * PAGE_SIZE, MAP_WRITE), STATUS_OK);
  const std::uint64_t first = get();
  EXPECT_EQ(first, window + 2 * PAGE_SIZE + 0x40);
  EXPECT_TRUE(maps(first, translater));
  EXPECT_EQ(get(), first);
  EXPECT_EQ(get(translater + 0x80), first + 0x80) << "of the same page";
  EXPECT_EQ(get(0x9000010), window + 3 * PAGE_SIZE + 0x10) << "of another one";
  EXPECT_TRUE(fake_.take_commands().empty()) << "mapping needs none";
}

TEST_F(DoorbellDriver, GoesWithItsLastUser) {
  const std::uint64_t iova = get();
  EXPECT_EQ(get(), iova);
  EXPECT_EQ(doorbell_put(&doorbells_, translater), STATUS_OK);
  EXPECT_TRUE(maps(iova, translater));
  EXPECT_TRUE(fake_.take_commands().empty());
  EXPECT_EQ(doorbell_put(&doorbells_, translater), STATUS_OK);
  EXPECT_FALSE(maps(iova, translater));
  EXPECT_TRUE(reach(fake_.take_commands(), iova & ~0xfffull, LEVEL_PAGE)) << "its translations";
  EXPECT_EQ(doorbell_put(&doorbells_, translater), STATUS_NOT_FOUND);
  EXPECT_EQ(get(), iova);
}

TEST_F(DoorbellDriver, IsRefusedWithoutAHole) {
  ASSERT_EQ(smmu_map(&domain_, window, 0x50000000, 3 * PAGE_SIZE, MAP_WRITE), STATUS_OK);
  std::uint64_t iova = 0;
  EXPECT_EQ(get(), window + 3 * PAGE_SIZE + 0x40);
  EXPECT_EQ(doorbell_get(&doorbells_, 0x9000010, &iova), STATUS_NO_SPACE);
  doorbells_.window_end = window + 20 * PAGE_SIZE;
  for (unsigned i = 1; i < DOORBELL_PAGES; ++i)
    get(0x9000000 + i * PAGE_SIZE);
  EXPECT_EQ(doorbell_get(&doorbells_, 0x9100000, &iova), STATUS_NO_SPACE) << "too many pages";
  EXPECT_EQ(doorbell_put(&doorbells_, translater), STATUS_OK);
  EXPECT_EQ(get(0x9100000), window + 3 * PAGE_SIZE) << "the place is free again";
}

}  // namespace
}  // namespace doorbell::sw
