#include "platforms/explore/look/style.h"

#include "platforms/explore/look/embed.h"

namespace doorbell::explore {

DOORBELL_EMBED(page_style, PAGE_STYLE);
DOORBELL_EMBED(comparison_style, COMPARISON_STYLE);

}  // namespace doorbell::explore
