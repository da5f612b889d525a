#include "platforms/command/description_reader.h"

#include <filesystem>
#include <initializer_list>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_yaml.h"
#include "platforms/report/nearest_name.h"

namespace doorbell {
namespace {

using std::filesystem::path;

path presets_of(const path& description) {
  return description.parent_path() / "presets";
}

std::vector<std::string> names_of_presets(const path& description) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(presets_of(description), none)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem());
  }
  return names;
}

/// `text` if there is such a file; else the file of that name that came with this program: in
/// PREFIX/share/doorbell for a program in PREFIX/bin, or in the source tree for one in
/// build/<preset>/platforms.
std::string file_or_named(const std::string& text, const path& installed, const path& in_tree,
                          std::initializer_list<const char*> endings) {
  std::error_code none;
  const bool is_folder = std::filesystem::is_directory(text, none);
  if (std::filesystem::exists(text, none) && !is_folder) return text;
  const path program = std::filesystem::read_symlink("/proc/self/exe", none).parent_path();
  for (const path& folder :
       {program / "../share/doorbell" / installed, program / "../../.." / in_tree}) {
    for (const char* const ending : endings) {
      const path file = folder / (text + ending);
      if (std::filesystem::is_regular_file(file, none)) return file.lexically_normal();
    }
  }
  return text;
}

}  // namespace

std::string description_file(const std::string& description) {
  return file_or_named(description, "platforms", "platforms", {".yaml"});
}

std::string workload_file(const std::string& workload) {
  return file_or_named(workload, "workloads", "traces/workloads", {".trace.gz", ".yaml"});
}

std::string overlay_file(const std::string& overlay, const std::string& description) {
  const path folder = path(description).parent_path();
  for (const path& file :
       {path(overlay), folder / overlay, presets_of(description) / (overlay + ".yaml")}) {
    std::error_code none;
    if (std::filesystem::is_regular_file(file, none)) return file;
  }
  const std::string nearest = nearest_name(overlay, names_of_presets(description));
  throw InputError(overlay, 0, "overlay",
                   "a YAML file, or a preset of " + presets_of(description).string(),
                   nearest.empty() ? "none" : "none; did you mean " + nearest + "?");
}

namespace {

void lay_over(ParameterTree& tree, const std::string& description,
              const std::vector<std::string>& overlays, const std::vector<std::string>& settings) {
  for (const std::string& overlay : overlays)
    read_yaml_file(tree, overlay_file(overlay, description));
  for (const std::string& setting : settings)
    tree.set(setting);
}

}  // namespace

void read_description(ParameterTree& tree, const std::string& description,
                      const std::vector<std::string>& overlays,
                      const std::vector<std::string>& settings) {
  read_yaml_file(tree, description);
  lay_over(tree, description, overlays, settings);
}

void lay_over(ParameterTree& tree, const DescriptionSources& sources) {
  lay_over(tree, description_file(sources.description), sources.overlays, sources.settings);
}

void read_description(ParameterTree& tree, const DescriptionSources& sources) {
  read_description(tree, description_file(sources.description), sources.overlays, sources.settings);
}

}  // namespace doorbell
