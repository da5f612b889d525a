#include "doorbell/pcie/arch/parameters.h"

#include <gtest/gtest.h>

#include "doorbell/core/arch/error.h"

namespace doorbell::pcie {
namespace {

struct All {
  LinkParameters link;
  RootComplexParameters root_complex;
  EndpointParameters endpoint;
  GeneratorParameters generator;
  void describe(ParameterGroup& group) {
    group.group("link", link);
    group.group("root_complex", root_complex);
    group.group("endpoint", endpoint);
    group.group("generator", generator);
  }
};

TEST(PcieParametersTest, EveryParameterHasASourceAndHelp) {
  All all;
  const ParameterTree tree(all);
  EXPECT_GE(tree.all().size(), 60u);
  for (const Parameter* parameter : tree.all()) {
    EXPECT_FALSE(parameter->info().source.empty()) << parameter->path();
    EXPECT_FALSE(parameter->info().help.empty()) << parameter->path();
  }
}

TEST(PcieParametersTest, DefaultsAreThoseOfTheTimingPage) {
  const All all;
  EXPECT_EQ(all.link.latency + all.root_complex.latency, 170 * nanosecond);
  const CreditLimits& credits = all.link.upstream_credits.limits;
  EXPECT_EQ(credits.posted, (FlowCredits{784, 1456}));
  EXPECT_EQ(credits.non_posted, (FlowCredits{784, 392}));
  EXPECT_EQ(credits.completion, (FlowCredits{0, 0}));
}

TEST(PcieParametersTest, ValuesAreSetByTheirNames) {
  All all;
  ParameterTree tree(all);
  tree.set("link.dllp=constant");
  tree.set("link.generation=6");
  tree.set("root_complex.order_domain=vc");
  tree.set("root_complex.ports.0.device=5");
  tree.set("endpoint.tag_width=10");
  tree.set("link.upstream_credits.posted_data=64");
  tree.set("generator.arrivals=poisson");
  EXPECT_EQ(all.link.dllp, DllpAccounting::constant);
  EXPECT_EQ(all.link.generation, 6u);
  EXPECT_EQ(all.root_complex.order_domain, OrderDomain::vc);
  EXPECT_EQ(all.root_complex.ports[0].device, 5u);
  EXPECT_EQ(all.endpoint.tag_width, TagWidth::bits10);
  EXPECT_EQ(all.link.upstream_credits.limits.posted.data, 64u);
  EXPECT_EQ(all.generator.arrivals, ArrivalPattern::poisson);
}

TEST(PcieParametersTest, ImpossibleValuesAreRefused) {
  All all;
  ParameterTree tree(all);
  EXPECT_THROW(tree.set("link.generation=7"), InputError);
  EXPECT_THROW(tree.set("link.lanes=3"), InputError);
  EXPECT_THROW(tree.set("endpoint.function.msix_vectors=2049"), InputError);
  EXPECT_THROW(tree.set("root_complex.read_completion_boundary=32"), InputError);
}

}  // namespace
}  // namespace doorbell::pcie
