#include "platforms/explore/page/assets.h"

#include "platforms/explore/look/embed.h"

namespace doorbell::explore {

DOORBELL_EMBED(page_script, PAGE_SCRIPT);
DOORBELL_EMBED(chart_library, CHART_LIBRARY);

}  // namespace doorbell::explore
