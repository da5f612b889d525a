#pragma once

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell schema`
struct SchemaOptions {};

CLI::App* declare(CLI::App& app, SchemaOptions& options);

}  // namespace doorbell
