import { context, propagation, SpanKind, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { version } from './version.ts'

/** OpenTelemetry's own names (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). */
export const telemetryVariables = {
  /** Where traces go, as OTLP over HTTP: `http://collector:4318`. Unset, the default: no traces, and no cost of them. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
}

const tracer = trace.getTracer('agency-swarm', version)

/**
 * Starts to send traces to an endpoint. Without it everything else here does nothing, at no cost worth measuring.
 * @returns what sends the last spans and ends it
 */
export function startTelemetry(service: string, endpoint: string): () => Promise<void> {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': `agency-swarm-${service}`, 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  })
  // With it come the W3C propagator and a context that follows asynchronous calls.
  provider.register()
  return async () => {
    // A collector that is away must not hold up a shutdown, nor make it fail.
    await provider.shutdown().catch(() => undefined)
    trace.disable()
    context.disable()
    propagation.disable()
  }
}

/** A span for every request, as a child of the caller's (`traceparent`), and around everything that the request causes. */
export function traceRequests(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    const parent = propagation.extract(context.active(), request.headers)
    const attributes = { 'http.request.method': request.method, 'http.route': route, 'request.id': request.id }
    const span = tracer.startSpan(`${request.method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent)
    reply.raw.once('close', () => {
      span.setAttribute('http.response.status_code', reply.statusCode)
      if (reply.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    })
    context.with(trace.setSpan(parent, span), done)
  })
}

/** Runs the work in a span of its own; what it throws marks the span. */
export function traced<Result>(name: string, attributes: Attributes, work: () => Promise<Result>): Promise<Result> {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work()
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error))
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}

/** A span for something that has just ended. @param milliseconds how long it took */
export function recordSpan(name: string, milliseconds: number, attributes: Attributes): void {
  const endTime = Date.now()
  tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes, startTime: endTime - milliseconds }).end(endTime)
}

/** The headers that make the receiver's span a child of the present one; empty without traces. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {}
  propagation.inject(context.active(), headers)
  return headers
}
