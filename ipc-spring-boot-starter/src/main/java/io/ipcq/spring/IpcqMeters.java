// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.ipcq.pool.PoolStats;
import io.ipcq.pool.ProcessPool;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueStats;
import io.ipcq.queue.SharedQueue;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** What Micrometer shows of the queues and the pool. They are asked when somebody looks, and cost nothing otherwise. */
final class IpcqMeters implements MeterBinder {

    private final ConfigurableListableBeanFactory beans;

    IpcqMeters(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (Map.Entry<String, SharedQueue<?>> queue : IpcqBeans.queues(beans).entrySet()) {
            bind(registry, queue.getKey(), queue.getValue());
        }
        String pool = IpcqBeans.nameOfPool(beans);
        if (pool != null) {
            bindPool(registry, pool);
        }
    }

    private static void bind(MeterRegistry registry, String name, SharedQueue<?> queue) {
        Tags tags = Tags.of("queue", name);
        gauge(registry, "ipcq.queue.depth", "Elements that wait", tags, queue, QueueStats::size);
        counter(registry, "ipcq.queue.put", "Elements that were put", tags, queue, QueueStats::put);
        counter(registry, "ipcq.queue.taken", "Elements that were taken", tags, queue, QueueStats::taken);
        gauge(registry, "ipcq.queue.bytes", "Storage that is used, in bytes", tags, queue, QueueStats::storageBytes);
        if (queue instanceof DurableQueue<?> durable) {
            gauge(registry, "ipcq.queue.leased", "Elements that consumers work on", tags, queue, QueueStats::leased);
            Gauge.builder(
                            "ipcq.queue.dead.letters",
                            durable,
                            each -> each.deadLetters().qsize())
                    .description("Elements that were given up")
                    .tags(tags)
                    .register(registry);
        }
    }

    private static void gauge(
            MeterRegistry registry,
            String name,
            String description,
            Tags tags,
            SharedQueue<?> queue,
            ToDoubleFunction<QueueStats> value) {
        Gauge.builder(name, queue, each -> value.applyAsDouble(each.stats()))
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private static void counter(
            MeterRegistry registry,
            String name,
            String description,
            Tags tags,
            SharedQueue<?> queue,
            ToDoubleFunction<QueueStats> value) {
        FunctionCounter.builder(name, queue, each -> value.applyAsDouble(each.stats()))
                .description(description)
                .tags(tags)
                .register(registry);
    }

    /** The pool may not have been made yet, and is not made for being looked at. */
    private void bindPool(MeterRegistry registry, String name) {
        gauge(registry, "ipcq.pool.workers", "Workers", name, PoolStats::workers);
        gauge(registry, "ipcq.pool.active", "Tasks that workers work on", name, PoolStats::busy);
        gauge(registry, "ipcq.pool.queued", "Tasks that wait", name, PoolStats::waiting);
        counter(registry, "ipcq.pool.tasks", "succeeded", name, PoolStats::succeeded);
        counter(registry, "ipcq.pool.tasks", "failed", name, PoolStats::failed);
        counter(registry, "ipcq.pool.tasks", "cancelled", name, PoolStats::cancelled);
        counter(registry, "ipcq.pool.crashes", "crashed", name, PoolStats::crashes);
    }

    private void gauge(
            MeterRegistry registry, String meter, String description, String name, ToDoubleFunction<PoolStats> value) {
        Gauge.builder(meter, beans, all -> ask(all, name, value))
                .description(description)
                .register(registry);
    }

    private void counter(
            MeterRegistry registry, String meter, String result, String name, ToDoubleFunction<PoolStats> value) {
        FunctionCounter.builder(meter, beans, all -> ask(all, name, value))
                .tags("result", result)
                .register(registry);
    }

    private static double ask(ConfigurableListableBeanFactory beans, String name, ToDoubleFunction<PoolStats> value) {
        return beans.getSingleton(name) instanceof ProcessPool pool ? value.applyAsDouble(pool.stats()) : 0;
    }
}
