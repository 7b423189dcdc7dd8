# One image for both processes, `sluice-api` and `sluice-worker`, and for `sluice`, which administrates them.
FROM swift:6.3-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends libhiredis-dev libmimalloc-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN mkdir /out \
 && for product in sluice-api sluice-worker sluice-simulator sluice; do \
      swift build -c release --static-swift-stdlib --product $product \
   && strip -o /out/$product .build/release/$product || exit 1; \
    done

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libhiredis0.14 libmimalloc2.0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --user-group --no-create-home --shell /usr/sbin/nologin sluice
COPY --from=build /out/ /usr/local/bin/
USER sluice
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["sluice-api"]
