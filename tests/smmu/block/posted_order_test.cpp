// Posted writes of one order domain leave in the order in which they came.
#include "doorbell/smmu/posted_orders.h"
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

std::vector<std::uint64_t> writes_downstream(Bench& b) {
  std::vector<std::uint64_t> order;
  for (const Memory::Access& a : b.memory.log) {
    if (a.port == 0 && a.write) order.push_back(a.address);
  }
  return order;
}

/// Two pages: 0x1000, whose walk is held, and 0x2000, which the TLB knows.
Task<void> one_slow_page(Bench& b) {
  b.translate_stream(1);
  const std::uint64_t slow = b.map(0x1000, 0xa000'0000);
  b.map(0x2000, 0xa000'1000);
  co_await b.enable();
  Dma warm{.address = 0x2000};
  co_await b.dma(warm);
  b.memory.hold(slow, slow + 7);
}

Task<void> order(Bench& b, bool posted) {
  co_await one_slow_page(b);
  const std::uint32_t domain = posted ? 7 : 0;
  Dma data{.address = 0x1000, .write = true, .order_domain = domain};
  Dma flag{.address = 0x2000, .write = true, .order_domain = domain};
  Dma other{.address = 0x2040, .write = true, .order_domain = posted ? 8u : 0u};
  b.start(b.dma(data));
  co_await b.sleep(nanosecond);
  b.start(b.dma(flag));
  b.start(b.dma(other));
  co_await b.sleep(2 * microsecond);
  EXPECT_TRUE(other.done);  // another domain
  EXPECT_EQ(flag.done, !posted);
  b.memory.release();
  co_await b.sleep(2 * microsecond);
  EXPECT_TRUE(data.ok && flag.ok);
  const std::vector<std::uint64_t> expected =
      posted ? std::vector<std::uint64_t>{0xa000'1040, 0xa000'0000, 0xa000'1000}
             : std::vector<std::uint64_t>{0xa000'1000, 0xa000'1040, 0xa000'0000};
  EXPECT_EQ(writes_downstream(b), expected);
}
TEST(SmmuTraffic, PostedWritesOfADomainLeaveInOrder) {
  Bench bench;
  bench.run(order(bench, true));
}
TEST(SmmuTraffic, OthersNeedNotWait) {
  Bench bench;
  bench.run(order(bench, false));
}

// Relaxed ordering lets that write pass others, not others pass it (PCIe 6.0 2.4.1, A2).
Task<void> relaxed_order(Bench& b, bool first_is_relaxed) {
  co_await one_slow_page(b);
  Dma first{
      .address = 0x1000, .write = true, .order_domain = 7, .relaxed_ordering = first_is_relaxed};
  Dma second{
      .address = 0x2000, .write = true, .order_domain = 7, .relaxed_ordering = !first_is_relaxed};
  Dma third{.address = 0x2040, .write = true, .order_domain = 7};
  b.start(b.dma(first));
  co_await b.sleep(nanosecond);
  b.start(b.dma(second));
  b.start(b.dma(third));
  co_await b.sleep(2 * microsecond);
  EXPECT_EQ(second.done, !first_is_relaxed);
  EXPECT_FALSE(third.done);
  b.memory.release();
  co_await b.sleep(2 * microsecond);
  EXPECT_TRUE(first.ok && second.ok && third.ok);
}
TEST(SmmuTraffic, RelaxedWritesPassOthers) {
  Bench bench;
  bench.run(relaxed_order(bench, false));
}
TEST(SmmuTraffic, RelaxedWritesAreNotPassed) {
  Bench bench;
  bench.run(relaxed_order(bench, true));
}

Task<void> order_after_abort(Bench& b) {
  b.translate_stream(1);
  b.map(0x2000, 0xa000'1000);
  co_await b.enable();
  Dma bad{.address = 0x9000, .write = true, .order_domain = 7};
  Dma good{.address = 0x2000, .write = true, .order_domain = 7};
  b.start(b.dma(bad));
  b.start(b.dma(good));
  co_await b.sleep(5 * microsecond);
  EXPECT_TRUE(bad.done && !bad.ok);
  EXPECT_TRUE(good.ok);
}
TEST(SmmuTraffic, AnAbortedWriteLetsThoseBehindItGo) {
  Bench bench;
  bench.run(order_after_abort(bench));
}

Task<void> many_in_order(Bench& b) {
  b.translate_stream(1);
  for (unsigned n = 0; n < 40; ++n)
    b.map(0x10'0000ULL * n, 0xa000'0000 + 0x1000 * n);
  co_await b.enable();
  std::vector<Dma> many(40);
  for (unsigned n = 0; n < 40; ++n) {
    many[n] = {.address = 0x10'0000ULL * (n * 17 % 40), .write = true, .order_domain = 1};
    b.start(b.dma(many[n]));
  }
  co_await b.sleep(50 * microsecond);
  std::vector<std::uint64_t> expected;
  for (unsigned n = 0; n < 40; ++n)
    expected.push_back(0xa000'0000 + 0x1000 * (n * 17 % 40));
  EXPECT_EQ(writes_downstream(b), expected);
}
TEST(SmmuTraffic, ManyPostedWritesLeaveInOrder) {
  Bench bench;
  bench.run(many_in_order(bench));
}

// Domains come and go; those with writes inside keep their order.
TEST(SmmuTraffic, OrdersOfDomainsTakePlaceOnlyWhileTheyAreUsed) {
  Scheduler scheduler;
  PostedOrders orders(scheduler);
  PostedOrders::Order& first = orders.of(5);
  const auto ticket = first.take();
  PostedOrders::Order& same_bucket = orders.of(5 + 256);
  EXPECT_NE(&first, &same_bucket);
  const auto other = same_bucket.take();
  EXPECT_EQ(&orders.of(5), &first);
  const auto later = orders.of(5).take();
  EXPECT_FALSE(first.is_turn(later));
  orders.done(first, ticket);
  EXPECT_TRUE(first.is_turn(later));
  orders.done(same_bucket, other);
  EXPECT_EQ(&orders.of(5), &first);
  orders.done(first, later);
  EXPECT_EQ(orders.active(), 0u);
  for (std::uint32_t domain = 1; domain < 5000; ++domain) {
    PostedOrders::Order& order = orders.of(domain);
    orders.done(order, order.take());
  }
  EXPECT_EQ(orders.active(), 0u);
}

}  // namespace
}  // namespace doorbell::smmu::test
