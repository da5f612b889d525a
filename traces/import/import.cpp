#include "traces/import/import.h"

#include <filesystem>

#include "doorbell/core/arch/error.h"
#include "traces/format/content_hash.h"
#include "traces/import/importer.h"

namespace doorbell::trace {
namespace {

Header header_for(const Survey& survey, const std::string& recording) {
  Header header;
  header.cpus = survey.cpus;
  header.source_hash = content_hash(recording);
  for (const char letter : std::filesystem::path(recording).filename().string()) {
    header.source += letter > ' ' && letter != '=' ? letter : '_';
  }
  for (const auto& [id, stream] : survey.streams) {
    header.streams.push_back({id, stream.device.value_or(id), stream.asid, stream.events});
  }
  return header;
}

/// Writing over the recording itself would destroy it before it is read.
void check_distinct(const std::string& recording, const std::string& trace) {
  std::error_code error;
  if (std::filesystem::equivalent(recording, trace, error) && !error) {
    throw InputError(trace, 0, "cannot be written", "another file than the recording", recording);
  }
}

}  // namespace

Summary import_recording(const std::string& recording, const std::string& trace,
                         const ImportOptions& options) {
  check_distinct(recording, trace);
  const auto survey = survey_recording(recording);
  Writer writer(trace, header_for(survey, recording));
  Importer importer(survey, writer, std::max<std::size_t>(options.window_rows, 16));
  RecordingReader reader(recording);
  Row row;
  for (std::uint64_t rows = 0; reader.next(row); ++rows) {
    importer.add(row);
    if (options.progress && rows % 65536 == 0) options.progress(reader.progress());
  }
  const auto summary = importer.finish();
  writer.finish();
  return summary;
}

}  // namespace doorbell::trace
