# Builds Doorbell on Debian 12 as scripts/test and scripts/demo do. Running the image replays the demo again; arguments
# go to `doorbell run`:
#   docker build -t doorbell . && docker run --rm doorbell --set smmu.tlb.entries=64
# Without the tests, for an image sooner: docker build --target demo -t doorbell .
FROM debian:12 AS demo
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates git && rm -rf /var/lib/apt/lists/*
COPY . /usr/src/doorbell
WORKDIR /usr/src/doorbell
RUN scripts/demo
ENTRYPOINT ["scripts/demo"]

FROM demo
RUN scripts/test
