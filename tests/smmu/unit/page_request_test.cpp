// Records of the PRI queue and what the SMMU answers by itself (IHI 0070 8, 8.1, 8.2), with the
// masks of Linux's arm-smmu-v3.h.
#include "doorbell/smmu/arch/page_request.h"

#include <gtest/gtest.h>

#include <tuple>

#include "tests/smmu/unit/bits.h"

namespace doorbell::smmu {
namespace {

using dti_ats::PageRequest;
using dti_ats::ResponseCode;
constexpr auto overflow = PageRequestRefusal::overflow, disabled = PageRequestRefusal::disabled;

Features with_substreams() {
  Features f;
  f.ats = f.page_requests = true;
  f.substream_id_bits = 20;
  return f;
}

TEST(PageRequestRecords, HaveTheFieldsOfLinux) {
  const PageRequest request{.stream = {0x1234, 0xabcde, true},
                            .address = 0xfedc'ba98'7654'3000,
                            .read = true,
                            .execute = true,
                            .last = true,
                            .group = 0x1ff};
  const PageRequestRecord r = encode(request, with_substreams());
  EXPECT_EQ(field_get(genmask(31, 0), r[0]), 0x1234u);    // PRIQ_0_SID
  EXPECT_EQ(field_get(genmask(51, 32), r[0]), 0xabcdeu);  // PRIQ_0_SSID
  EXPECT_EQ(r[0] >> 58, 0b110110u);  // SSV, PRG_LAST, no WRITE, READ, EXEC, no PRIV
  EXPECT_EQ(field_get(genmask(8, 0), r[1]), 0x1ffu);  // PRIQ_1_PRG_IDX
  EXPECT_EQ(r[1] & genmask(63, 12), 0xfedc'ba98'7654'3000u);
}

// With SSV = 0 both X and Priv are 0; without substreams SSV is.
TEST(PageRequestRecords, WithoutAPasidHaveNoPrivileges) {
  PageRequest request{.stream = {1}, .write = true, .execute = true, .privileged = true};
  EXPECT_EQ(encode(request, with_substreams())[0] >> 32, 1u << 29);
  request.stream = {1, 5, true};
  EXPECT_EQ(encode(request, Features{})[0] >> 32, 1u << 29);
}

struct ResponseRow {
  const char* what;
  PageRequest request;
  PageRequestRefusal refusal;
  PasidOfResponse ste;
  bool answered;
  bool pasid;
  ResponseCode code;
};
constexpr dti_ats::Stream plain{7, 0, false}, with_pasid{7, 5, true};
constexpr ResponseRow response_rows[] = {
    {"disabled",
     {.stream = plain, .read = true},
     disabled,
     {},
     true,
     false,
     ResponseCode::response_failure},
    {"disabled, PASID",
     {.stream = with_pasid, .read = true, .last = true},
     disabled,
     {true, true},
     true,
     false,
     ResponseCode::response_failure},
    {"overflow, last",
     {.stream = plain, .read = true, .last = true},
     overflow,
     {},
     true,
     false,
     ResponseCode::success},
    {"overflow, not last", {.stream = plain, .read = true}, overflow, {}, false, false, {}},
    {"overflow, PASID, PPAR",
     {.stream = with_pasid, .read = true, .last = true},
     overflow,
     {true, true},
     true,
     true,
     ResponseCode::success},
    {"overflow, PASID, no PPAR",
     {.stream = with_pasid, .read = true, .last = true},
     overflow,
     {true, false},
     true,
     false,
     ResponseCode::success},
    {"overflow, PASID, no valid STE",
     {.stream = with_pasid, .read = true, .last = true},
     overflow,
     {},
     true,
     false,
     ResponseCode::response_failure},
    {"Stop Marker, overflow",
     {.stream = with_pasid, .last = true},
     overflow,
     {true, true},
     false,
     false,
     {}},
    {"Stop Marker, disabled", {.stream = with_pasid, .last = true}, disabled, {}, false, false, {}},
    {"without a PASID it is no Stop Marker",
     {.stream = plain, .last = true},
     overflow,
     {},
     true,
     false,
     ResponseCode::success},
};

class AutomaticResponse : public testing::TestWithParam<ResponseRow> {};
TEST_P(AutomaticResponse, IsAsItsCauseHasIt) {
  ResponseRow row = GetParam();
  row.request.group = 0x123;
  const auto response = automatic_response(row.request, row.refusal, row.ste, with_substreams());
  ASSERT_EQ(response.has_value(), row.answered) << row.what;
  if (!response) return;
  EXPECT_EQ(response->group, 0x123u) << row.what;
  EXPECT_EQ(response->stream, (row.pasid ? with_pasid : plain)) << row.what;
  EXPECT_EQ(response->code, row.code) << row.what;
}
INSTANTIATE_TEST_SUITE_P(All, AutomaticResponse, testing::ValuesIn(response_rows));

TEST(AutomaticResponses, WithoutSubstreamsNeedNoStream) {
  Features f = with_substreams();
  const PageRequest request{.stream = with_pasid, .read = true, .last = true};
  EXPECT_TRUE(needs_stream(request, overflow, f));
  EXPECT_FALSE(needs_stream(request, disabled, f));
  f.substream_id_bits = 0;
  EXPECT_FALSE(needs_stream(request, overflow, f));
  EXPECT_EQ(automatic_response(request, overflow, {}, f)->code, ResponseCode::success);
}

}  // namespace
}  // namespace doorbell::smmu
