#include "platforms/explore/sweep/plan.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_text.h"
#include "doorbell/core/arch/yaml_document.h"
#include "platforms/command/description_reader.h"
#include "platforms/explore/sweep/plan_yaml.h"

namespace doorbell::sweep {
namespace {

using Node = YAML::Node;

/// Reads a whole plan.
class Reader {
 public:
  Reader(const std::string& text, const std::string& file) : yaml_(plan_.file) {
    plan_.file = file;
    plan_.text = text;
    read(yaml_document(text, file));
  }

  Plan take() { return std::move(plan_); }

 private:
  void read(const Node& root) {
    yaml_.group(
        root, "plan",
        {{"platform", [&](const Node& n) { plan_.platform = yaml_.text(n, "platform"); }},
         {"with", [&](const Node& n) { plan_.overlays = yaml_.texts(n, "with"); }},
         {"set", [&](const Node& n) { plan_.settings = yaml_.texts(n, "set"); }},
         {"workloads", [&](const Node& n) { plan_.workloads = workloads(n); }},
         {"checkpoint", [&](const Node& n) { plan_.checkpoint = yaml_.text(n, "checkpoint"); }},
         {"measure_to",
          [&](const Node& n) { plan_.measure_to = yaml_.text(n, "measure_to").text; }},
         {"warm_up", [&](const Node& n) { plan_.warm_up = warm_up(n); }},
         {"axes", [&](const Node& n) { read_axes(n); }},
         {"zip", [&](const Node& n) { read_zips(n); }},
         {"sample", [&](const Node& n) { read_sample(n); }},
         {"repeat", [&](const Node& n) { read_repeat(n); }},
         {"timeout", [&](const Node& n) { plan_.timeout = seconds(n); }}});
    if (plan_.checkpoint) take_checkpoint();
    if (!plan_.checkpoint && !(plan_.measure_to + plan_.warm_up).empty())
      throw InputError(plan_.file, 0, "checkpoint", "one with measure_to and warm_up", "none");
    if (plan_.platform.text.empty())
      throw InputError(plan_.file, 0, "platform", "a YAML description", "nothing");
    check_workloads();
    check_names();
    check_groups();
  }

  /// It brings its platform and its software along; presets are those of `virt`.
  void take_checkpoint() {
    const auto refuse = [this](unsigned line, const char* key, const std::string& found) {
      throw InputError(plan_.file, line, key, "none beside checkpoint", found);
    };
    if (!plan_.platform.text.empty()) refuse(plan_.platform.line, "platform", plan_.platform.text);
    if (!plan_.workloads.empty())
      refuse(plan_.workloads[0].line, "workloads", plan_.workloads[0].text);
    for (const AxisPlan& axis : plan_.axes) {
      for (const VariantPlan& variant : axis.variants) {
        if (variant.workload) refuse(variant.workload->line, "workload", variant.workload->text);
      }
    }
    plan_.platform = {"virt", plan_.checkpoint->line};
    plan_.workloads = {*plan_.checkpoint};
  }

  std::string warm_up(const Node& node) const {
    Time time = 0;
    PlanText text = yaml_.text(node, "warm_up");
    if (!parse_time(text.text, time)) yaml_.fail(node, "warm_up", "a time such as 10ms");
    return text.text;
  }

  /// However they are written: one file under two names would be two points of a sweep.
  std::vector<PlanText> workloads(const Node& node) const {
    std::vector<PlanText> texts = yaml_.texts(node, "workloads");
    std::map<std::filesystem::path, std::string> seen;
    for (const PlanText& one : texts) {
      std::error_code none;
      const auto file = std::filesystem::weakly_canonical(plan_.workload_file(one), none);
      const auto [earlier, is_new] = seen.emplace(file, one.text);
      if (is_new) continue;
      throw InputError(plan_.file, one.line, "workloads", "each once",
                       same_as(one.text, earlier->second));
    }
    return texts;
  }

  void read_axes(const Node& node) {
    yaml_.entries(node, "axes", [&](const PlanText& name, const Node& value) {
      AxisPlan axis{.name = name};
      if (!value.IsMap()) {
        axis.values = yaml_.texts(value, name.text);
      } else if (value["variants"]) {
        read_variants(axis, value);
      } else {
        axis.range = range(value, name.text);
      }
      plan_.axes.push_back(std::move(axis));
    });
  }

  void read_variants(AxisPlan& axis, const Node& node) const {
    yaml_.group(node, axis.name.text, {{"variants", [&](const Node& variants) {
                                          yaml_.entries(
                                              variants, axis.name.text,
                                              [&](const PlanText& name, const Node& value) {
                                                axis.variants.push_back(variant(name, value));
                                              });
                                        }}});
  }

  VariantPlan variant(const PlanText& name, const Node& node) const {
    VariantPlan variant{.name = name};
    if (node.IsNull() || (node.IsMap() && node.size() == 0)) return variant;
    yaml_.group(
        node, name.text,
        {{"with", [&](const Node& n) { variant.overlays = yaml_.texts(n, "with"); }},
         {"set", [&](const Node& n) { variant.settings = yaml_.texts(n, "set"); }},
         {"workload", [&](const Node& n) { variant.workload = yaml_.text(n, "workload"); }}});
    return variant;
  }

  RangePlan range(const Node& node, const std::string& where) const {
    RangePlan range;
    yaml_.group(node, where,
                {{"from", [&](const Node& n) { range.from = yaml_.text(n, where); }},
                 {"to", [&](const Node& n) { range.to = yaml_.text(n, where); }},
                 {"step", [&](const Node& n) { range.step = yaml_.text(n, where); }},
                 {"count", [&](const Node& n) { range.count = yaml_.integer(n, where, 1); }},
                 {"scale", [&](const Node& n) { range.scale = scale(n, where); }}});
    if (range.from.text.empty() || range.to.text.empty()) yaml_.fail(node, where, "from and to");
    if (range.step && (range.count || range.scale != Scale::linear))
      yaml_.fail(node, where, "a step alone, or a count and a scale");
    return range;
  }

  Scale scale(const Node& node, const std::string& where) const {
    const std::string text = yaml_.text(node, where).text;
    if (text == "linear") return Scale::linear;
    if (text == "log") return Scale::logarithmic;
    if (text == "log2") return Scale::log2;
    yaml_.fail(node, where, "linear, log or log2");
  }

  /// `[a, b]` is one group, `[[a, b], [c, d]]` are two.
  void read_zips(const Node& node) {
    if (!node.IsSequence() || node.size() == 0) yaml_.fail(node, "zip", "a list of axes");
    if (node[0].IsScalar()) {
      plan_.zips.push_back(yaml_.texts(node, "zip"));
      return;
    }
    for (const Node& group : node)
      plan_.zips.push_back(yaml_.texts(group, "zip"));
  }

  void read_sample(const Node& node) {
    SamplePlan& sample = plan_.sample.emplace();
    sample.line = PlanYaml::line_of(node);
    bool has_method = false;
    const auto read_method = [&](const Node& n) {
      has_method = true;
      const std::string text = yaml_.text(n, "method").text;
      if (text != "latin_hypercube" && text != "sobol")
        yaml_.fail(n, "method", "latin_hypercube or sobol");
      sample.method =
          text == "sobol" ? SamplePlan::Method::sobol : SamplePlan::Method::latin_hypercube;
    };
    yaml_.group(node, "sample",
                {{"method", read_method},
                 {"count", [&](const Node& n) { sample.count = yaml_.integer(n, "count", 1); }},
                 {"seed", [&](const Node& n) { sample.seed = yaml_.integer(n, "seed", 0); }},
                 {"axes", [&](const Node& n) { sample.axes = yaml_.texts(n, "axes"); }}});
    if (!has_method || sample.count == 0) yaml_.fail(node, "sample", "a method and a count");
  }

  void read_repeat(const Node& node) {
    RepeatPlan& repeat = plan_.repeat;
    yaml_.group(node, "repeat",
                {{"count", [&](const Node& n) { repeat.count = yaml_.integer(n, "count", 1); }},
                 {"first", [&](const Node& n) { repeat.first = yaml_.integer(n, "first", 0); }},
                 {"seeds", [&](const Node& n) { repeat.seeds = yaml_.texts(n, "seeds"); }}});
    // Without other seeds a repeat is the same point again.
    if (repeat.seeds.empty()) yaml_.fail(node, "repeat", "seeds: the parameters that get them");
    check_seeds(node);
  }

  /// A seed that wraps round would be one that nobody asked for, and may be another repeat's.
  void check_seeds(const Node& node) const {
    const RepeatPlan& repeat = plan_.repeat;
    const std::uint64_t highest = std::numeric_limits<std::uint64_t>::max() - (repeat.count - 1);
    if (repeat.first <= highest) return;
    throw InputError(plan_.file, PlanYaml::line_of(node["first"]), "first",
                     "at most " + std::to_string(highest) + " with count " +
                         std::to_string(repeat.count) + ", as seeds have 64 bits",
                     std::to_string(repeat.first));
  }

  std::uint64_t seconds(const Node& node) const {
    Time time = 0;
    const PlanText text = yaml_.text(node, "timeout");
    if (!parse_time(text.text, time) || time == 0 || time % second != 0)
      yaml_.fail(node, "timeout", "a whole number of seconds such as 60s");
    return time / second;
  }

  /// Every point must have a workload, and no more than one.
  void check_workloads() const {
    bool all_have_one = !plan_.workloads.empty();
    for (const AxisPlan& axis : plan_.axes) {
      const auto bring = [](const VariantPlan& variant) { return variant.workload.has_value(); };
      all_have_one |=
          !axis.variants.empty() && std::all_of(axis.variants.begin(), axis.variants.end(), bring);
      const auto found = std::find_if(axis.variants.begin(), axis.variants.end(), bring);
      if (found != axis.variants.end() && plan_.workloads.size() > 1) {
        throw InputError(plan_.file, found->workload->line, "workload",
                         "none in a variant beside several in the plan", found->workload->text);
      }
    }
    if (!all_have_one) throw InputError(plan_.file, 0, "workloads", "a list of traces", "nothing");
  }

  /// Several workloads and repeats are axes of their own.
  void check_names() const {
    for (const AxisPlan& axis : plan_.axes) {
      const std::string& name = axis.name.text;
      if ((name == "workload" && plan_.workloads.size() > 1) ||
          (name == "repeat" && plan_.repeat.count > 1)) {
        throw InputError(plan_.file, axis.name.line, "axes", "another name beside the axis " + name,
                         "'" + name + "'");
      }
    }
  }

  /// Each name in `zip` and `sample` is an axis, and in one group alone.
  void check_groups() const {
    std::set<std::string> seen;
    const auto check = [&](const PlanText& name, const char* where) {
      const bool known = std::any_of(plan_.axes.begin(), plan_.axes.end(),
                                     [&](const AxisPlan& a) { return a.name.text == name.text; });
      if (!known)
        throw InputError(plan_.file, name.line, where, "one of the plan's axes", name.text);
      if (!seen.insert(name.text).second)
        throw InputError(plan_.file, name.line, where, "an axis once", name.text + " again");
    };
    for (const auto& group : plan_.zips) {
      for (const PlanText& name : group)
        check(name, "zip");
    }
    if (!plan_.sample) return;
    for (const PlanText& name : plan_.sample->axes)
      check(name, "sample");
  }

  Plan plan_;
  PlanYaml yaml_;
};

/// What the plan names, or else what came with the program: never a file of the folder where the
/// sweep happens to be started.
std::filesystem::path beside_or_named(std::filesystem::path beside,
                                      const std::filesystem::path& named) {
  std::error_code none;
  const bool is_beside = std::filesystem::is_regular_file(beside, none);
  return is_beside || !named.is_absolute() ? beside : named;
}

}  // namespace

std::filesystem::path Plan::path_of(const PlanText& text) const {
  return std::filesystem::path(file).parent_path() / text.text;
}

std::filesystem::path Plan::platform_file() const {
  return beside_or_named(path_of(platform), description_file(platform.text));
}

std::filesystem::path Plan::workload_file(const PlanText& workload) const {
  if (checkpoint) return path_of(workload);
  return beside_or_named(path_of(workload), doorbell::workload_file(workload.text));
}

std::string Plan::overlay(const PlanText& text) const {
  const std::filesystem::path beside = platform_file().parent_path();
  std::error_code none;
  for (const std::filesystem::path& one :
       {path_of(text), beside / text.text, beside / "presets" / (text.text + ".yaml")}) {
    if (std::filesystem::is_regular_file(one, none)) return one.string();
  }
  if (std::filesystem::is_regular_file(text.text, none)) {
    throw InputError(file, text.line, "with",
                     "a file beside the plan or the platform, or the name of a preset",
                     "'" + text.text + "', which is elsewhere");
  }
  return text.text;
}

std::string same_as(const std::string& text, const std::string& earlier) {
  return text == earlier ? "'" + text + "' twice"
                         : "'" + text + "', which is the same as '" + earlier + "'";
}

Plan read_plan_text(const std::string& text, const std::string& file) {
  return Reader(text, file).take();
}

Plan read_plan(const std::string& file) {
  return read_plan_text(yaml_file_text(file), file);
}

}  // namespace doorbell::sweep
