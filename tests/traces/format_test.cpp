#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>

#include "doorbell/core/arch/error.h"
#include "tests/traces/temporary_file.h"
#include "traces/format/content_hash.h"
#include "traces/format/line_reader.h"
#include "traces/format/reader.h"
#include "traces/format/workload.h"
#include "traces/format/writer.h"

namespace doorbell::trace::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* header =
    "doorbell-trace 1\ncpus 2\nsource a.csv hash=0x0000000000000007\n"
    "stream 0x8 device=8 asid=1 events=5\nbegin\n";

/// One of everything, spelt as the writer spells it.
constexpr const char* everything =
    "1 cpu0 map stream=0x8 iova=0x1000 pages=2 frame=7\n"
    "2 cpu1 map stream=0x8 iova=0xfffff000 pages=1 doorbell\n"
    "3 cpu0 submit stream=0x8 queue=1 value=5\n"
    "3 cpu0 submit queue=1 value=5\n"
    "4 dev read stream=0x8 iova=0x1040 bytes=64 kind=fetch queue=1 opcode=NVM_CMD_READ after=2,4\n"
    "5 dev write stream=0x8 iova=0x2000 bytes=4096 kind=data after=1\n"
    "6 dev msi stream=0x8 iova=0xfffff040 event=1 after=2-1\n"
    "6 dev msi stream=0x8 iova=0xfffff040 event=2 lost\n"
    "7 cpu0 handle stream=0x8 queue=1 value=1 closes=1 after=2\n"
    "8 cpu0 unmap stream=0x8 iova=0x1000 pages=2 after=5-2,1\n"
    "9 cpu0 smmu CMD_TLBI_NH_VA asid=1 iova=0x1000 pages=2 leaf=1 after=1\n"
    "9 cpu0 smmu CMD_TLBI_NH_VAA iova=0x1000 pages=2 leaf=0\n"
    "9 cpu0 smmu CMD_CFGI_STE stream=0x8\n"
    "9 cpu0 smmu CMD_SYNC\n"
    "9 cpu0 its MAPD device=8 bits=3 valid=1\n"
    "9 cpu0 its MAPC collection=1 target=1 valid=1\n"
    "9 cpu0 its MAPTI device=8 event=1 collection=1 lpi=8193\n"
    "9 cpu0 its MOVALL target=0 to_target=1\n"
    "9 cpu0 its SYNC target=1\n"
    "end 19\n";

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::uint64_t read_through(const std::string& path) {
  Reader reader(path);
  Record record;
  while (reader.next(record)) {
  }
  return reader.records();
}

/// The message that reading this text ends with.
std::string error_of(const std::string& text) {
  TemporaryFile file("bad.trace", text);
  try {
    read_through(file.path());
  } catch (const InputError& error) {
    return std::string(error.what()).substr(file.path().size());
  }
  return "no error";
}

std::string error_of_record(const std::string& record) {
  return error_of(std::string(header) + record + "\nend 1\n");
}

TEST(TraceFormat, WhatIsReadIsWrittenBackAsItWas) {
  const std::string text = std::string(header) + everything;
  TemporaryFile in("in.trace", text);
  TemporaryFile out("out.trace");
  Reader reader(in.path());
  Writer writer(out.path(), reader.header());
  Record record;
  while (reader.next(record))
    writer.write(record);
  writer.finish();
  EXPECT_EQ(contents(out.path()), text);
}

TEST(TraceFormat, WhatWasMadeIsWrittenBackAsItWas) {
  const std::string text =
      "doorbell-trace 1\ncpus 2\nsource a.yaml hash=0x0000000000000007\n"
      "made pacing=times invalidations=processor window=64 set_up=1\n"
      "from nvme.queues=2\nfrom arrivals.rate=1MHz\n"
      "stream 0x8 device=8 asid=1 events=5\nstream 0x10 device=16 asid=2 events=5 bypass\nbegin\n"
      "0 cpu0 map stream=0x8 iova=0x200000 pages=512 frame=1024 block\n"
      "0.25 cpu1 submit stream=0x8 queue=1 value=5\n"
      "12.000001 dev msi stream=0x10 iova=0xfffff040 event=1\n"
      "12.000001 irq1 handle stream=0x10 queue=1 value=1 closes=1 after=1\n"
      "13 irq1 smmu CMD_TLBI_NH_VA asid=1 iova=0x200000 pages=512 leaf=1 block\n"
      "end 5\n";
  TemporaryFile in("in.trace", text);
  TemporaryFile out("out.trace");
  Reader reader(in.path());
  const auto& header = reader.header();
  ASSERT_TRUE(header.conduct);
  EXPECT_EQ(header.conduct->pacing, Conduct::Pacing::times);
  EXPECT_EQ(header.conduct->invalidations, Conduct::Invalidations::processor);
  EXPECT_EQ(header.conduct->window, 64u);
  EXPECT_EQ(header.conduct->set_up, 1u);
  EXPECT_EQ(header.made_from.back(), std::pair(std::string("arrivals.rate"), std::string("1MHz")));
  Writer writer(out.path(), header);
  Record record;
  std::vector<std::uint64_t> times;
  while (reader.next(record)) {
    times.push_back(record.time);
    writer.write(record);
  }
  writer.finish();
  EXPECT_EQ(contents(out.path()), text);
  EXPECT_EQ(times, (std::vector<std::uint64_t>{0, 250'000, 12'000'001, 12'000'001, 13'000'000}));
  const Workload workload(in.path());
  EXPECT_EQ(content_hash(*workload.open()), content_hash(in.path()));
}

TEST(TraceFormat, WhatIsWrongWithWhatWasMadeIsSaid) {
  const auto error_of_line = [](const std::string& line) {
    return error_of("doorbell-trace 1\n" + line + "\nbegin\nend 0\n");
  };
  EXPECT_THAT(error_of_line("made pacing=fast invalidations=trace window=1 set_up=0"),
              HasSubstr(":2: pacing: expected dependencies or times, found \"fast\""));
  EXPECT_THAT(error_of_line("made pacing=times invalidations=none window=1 set_up=0"),
              HasSubstr(":2: invalidations: expected trace or processor, found \"none\""));
  EXPECT_THAT(error_of_line("made pacing=times invalidations=trace window=1048577 set_up=0"),
              HasSubstr(":2: window is out of range"));
  EXPECT_THAT(error_of_line("from nvme.queues"), HasSubstr(":2: from: expected PARAMETER=VALUE"));
  EXPECT_THAT(error_of_record("1.1234567 cpu0 submit queue=1 value=1"), HasSubstr(":6: time"));
  EXPECT_THAT(error_of_record("1. cpu0 submit queue=1 value=1"), HasSubstr(":6: time"));
  EXPECT_THAT(error_of_record("1.-1 cpu0 submit queue=1 value=1"), HasSubstr(":6: time"));
  EXPECT_THAT(error_of_record("18446744073709 cpu0 submit queue=1 value=1"),
              HasSubstr(":6: time is out of range"));
  EXPECT_THAT(error_of_record("1 irq2 submit queue=1 value=1"),
              HasSubstr(":6: the processor is out of range"));
  EXPECT_THAT(error_of_record("1 cpu0 map stream=0x8 iova=0x1000 pages=512 frame=512 block"),
              HasSubstr(":6: block"));
  EXPECT_THAT(error_of_record("1 cpu0 map stream=0x8 iova=0x200000 pages=512 frame=1 block"),
              HasSubstr(":6: block"));
  EXPECT_THAT(
      error_of_record("1 cpu0 smmu CMD_TLBI_NH_VA asid=1 iova=0x200000 pages=1 leaf=1 block"),
      HasSubstr(":6: block"));
}

TEST(TraceFormat, DependenciesAreRecordNumbers) {
  TemporaryFile file("in.trace", std::string(header) + everything);
  Reader reader(file.path());
  Record record;
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.after, (std::vector<Dependency>{{3, 3}, {1, 1}}));
  ASSERT_TRUE(reader.next(record));
  ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.after, (std::vector<Dependency>{{5, 6}}));
}

TEST(TraceFormat, GzippedIsTheSame) {
  TemporaryFile plain("a.trace", std::string(header) + everything);
  TemporaryFile zipped("a.trace.gz");
  Reader reader(plain.path());
  Writer writer(zipped.path(), reader.header());
  Record record;
  while (reader.next(record))
    writer.write(record);
  writer.finish();
  EXPECT_EQ(contents(zipped.path()).substr(0, 2), "\x1f\x8b");
  EXPECT_EQ(read_through(zipped.path()), 19u);
  EXPECT_EQ(content_hash(zipped.path()), content_hash(plain.path()));
}

TEST(TraceFormat, ContentHashIsFnv1a) {
  TemporaryFile file("a", "foobar");
  EXPECT_EQ(content_hash(file.path()), 0x85944171f73967e8u);  // published test vector
}

TEST(TraceFormat, AWorkloadThatWasHashedReadsTheSameAgain) {
  for (const auto* last : {"end 19\n", "end 19", "end 18\n"}) {
    std::string text = std::string(header) + everything;
    text.replace(text.rfind("end"), std::string::npos, last);
    TemporaryFile file("a.trace", text);
    const auto told = [](const Workload& workload) {
      try {
        return std::to_string(content_hash(*workload.open()));
      } catch (const InputError& error) {
        return std::string(error.what());
      }
    };
    const Workload unread(file.path());
    Workload hashed(file.path());
    EXPECT_EQ(hashed.content_hash(), content_hash(file.path()));
    EXPECT_EQ(told(hashed), told(unread)) << last;
  }
}

TEST(TraceFormat, ATextIsKeptUpToItsLimit) {
  TemporaryFile file("a", "foobar");
  const HashedText kept = read_hashed(file.path(), 6);
  ASSERT_TRUE(kept.text);
  EXPECT_EQ(*kept.text, "foobar");
  const HashedText dropped = read_hashed(file.path(), 5);
  EXPECT_FALSE(dropped.text);
  EXPECT_EQ(dropped.hash, kept.hash);
}

TEST(TraceFormat, AnUnfinishedTraceIsNotLeftBehind) {
  TemporaryFile file("a.trace");
  { Writer writer(file.path(), Header{}); }
  EXPECT_FALSE(std::filesystem::exists(file.path()));
}

TEST(TraceFormat, ALineMayBeAsLongAsItMayBe) {
  for (const auto* ending : {"", "\n"}) {
    TemporaryFile longest("a", std::string(65536, 'x') + ending);
    LineReader reader(longest.path());
    std::string_view line;
    ASSERT_TRUE(reader.next(line));
    EXPECT_EQ(line.size(), 65536u);
    EXPECT_FALSE(reader.next(line));
  }
  TemporaryFile longer("a", std::string(65537, 'x'));
  LineReader reader(longer.path());
  std::string_view line;
  EXPECT_THROW(reader.next(line), InputError);
}

TEST(TraceFormat, TheLastLineNeedsNoEnd) {
  TemporaryFile file("a.trace", std::string(header) + "1 cpu0 submit queue=1 value=1\nend 1");
  EXPECT_EQ(read_through(file.path()), 1u);
}

TEST(TraceFormat, RangesHaveBothTheirEnds) {
  EXPECT_EQ(error_of_record("1 cpu0 smmu CMD_TLBI_NH_ASID asid=65535"), "no error");
  EXPECT_THAT(error_of_record("1 cpu0 smmu CMD_TLBI_NH_ASID asid=65536"),
              HasSubstr("asid is out of range"));
  EXPECT_EQ(error_of_record("1 cpu0 map stream=0x8 iova=0xfffffffffffff000 pages=1 frame=0"),
            "no error");
  EXPECT_THAT(error_of_record("1 cpu0 map stream=0x8 iova=0xfffffffffffff000 pages=2 frame=0"),
              HasSubstr("pages is out of range"));
  EXPECT_THAT(error_of_record("1 cpu0 submit queue=1 value=1 after=0"),
              HasSubstr("a dependency is out of range"));
}

TEST(TraceErrors, NameFileLineExpectedAndFound) {
  EXPECT_EQ(error_of_record("5 dev jump stream=0x8"),
            ":6: unknown operation: expected map, unmap, submit, handle, smmu, its, read, write or "
            "msi, found \"jump\"");
}

TEST(TraceErrors, EachMistakeHasItsLine) {
  EXPECT_THAT(error_of("time_us,op\n"), HasSubstr(":1: not a trace"));
  EXPECT_THAT(error_of("doorbell-trace 2\n"), HasSubstr(":1: a trace of another version"));
  EXPECT_THAT(error_of("\n"), HasSubstr("the trace ends early"));
  EXPECT_THAT(error_of("doorbell-trace 1\nfrobs 3\n"), HasSubstr(":2: unknown header line"));
  EXPECT_THAT(error_of_record("x dev read"), HasSubstr(":6: time"));
  EXPECT_THAT(error_of_record("1 cpu2 submit queue=1 value=1"),
              HasSubstr(":6: the processor is out of range: expected cpu0 to cpu1"));
  EXPECT_THAT(error_of_record("1 gpu submit queue=1 value=1"), HasSubstr(":6: unknown actor"));
  EXPECT_THAT(error_of_record("1 dev submit queue=1 value=1"), HasSubstr("the other side's"));
  EXPECT_THAT(error_of_record("1 cpu0 submit queue=1"), HasSubstr("expected value="));
  EXPECT_THAT(error_of_record("1 cpu0 submit queue=1 value=1 value=2"),
              HasSubstr("unknown or stands twice"));
  EXPECT_THAT(error_of_record("1 dev read stream=0x9 iova=0 bytes=4 kind=data"),
              HasSubstr("the stream is out of range"));
  EXPECT_THAT(error_of_record("1 dev read stream=0x8 iova=0xff0 bytes=17 kind=data"),
              HasSubstr("bytes is out of range"));
  EXPECT_THAT(error_of_record("1 dev read stream=0x8 iova=0 bytes=4 kind=magic"),
              HasSubstr("unknown kind"));
  EXPECT_THAT(error_of_record("1 dev read stream=0x8 iova=0 bytes=4 kind=data after=1"),
              HasSubstr("a dependency is out of range"));
  EXPECT_THAT(error_of_record("1 cpu0 map stream=0x8 iova=0x10 pages=1 frame=0"),
              HasSubstr("expected a multiple of 4096"));
  EXPECT_THAT(error_of_record("1 cpu0 map stream=0x8 iova=0x1000 pages=1"),
              HasSubstr("expected frame= or doorbell"));
  EXPECT_THAT(error_of_record("1 cpu0 smmu CMD_FROB"), HasSubstr("unknown SMMU command"));
  EXPECT_THAT(error_of_record("1 cpu0 its FROB"), HasSubstr("unknown ITS command"));
}

TEST(TraceErrors, AMissingEndIsNoticed) {
  EXPECT_THAT(error_of(std::string(header) + "1 cpu0 submit queue=1 value=1\n"),
              HasSubstr("the trace ends early"));
  EXPECT_THAT(error_of(std::string(header) + "end 3\n"), HasSubstr("records are missing"));
  EXPECT_THAT(error_of(std::string(header) + "end 0\nmore\n"), HasSubstr("something follows"));
}

TEST(TraceErrors, ATruncatedGzipFileIsNoticed) {
  const std::string workload = std::string(DOORBELL_TRACES) + "/workloads/nvme_seqwrite.trace.gz";
  const auto whole = contents(workload);
  for (const auto kept : {whole.size() / 2, whole.size() - 4, std::size_t{20}}) {
    TemporaryFile file("cut.trace.gz", whole.substr(0, kept));
    try {
      read_through(file.path());
      ADD_FAILURE() << "no error with " << kept << " bytes";
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr("truncated"));
    }
  }
}

TEST(TraceErrors, ADamagedGzipFileIsNoticed) {
  auto bytes = contents(std::string(DOORBELL_TRACES) + "/workloads/nvme_seqwrite.trace.gz");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  TemporaryFile file("bad.trace.gz", bytes);
  EXPECT_THROW(read_through(file.path()), InputError);
  EXPECT_THROW(content_hash(file.path()), InputError);
}

TEST(TraceErrors, FilesThatCannotBeOpened) {
  EXPECT_THROW(Reader("/nonexistent/a.trace"), InputError);
  EXPECT_THROW(Reader("/"), InputError);
  EXPECT_THROW(Writer("/nonexistent/a.trace", Header{}), InputError);
  EXPECT_THROW(content_hash("/nonexistent/a"), InputError);
}

}  // namespace
}  // namespace doorbell::trace::test
