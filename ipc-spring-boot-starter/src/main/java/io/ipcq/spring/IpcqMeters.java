// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.ipcq.metrics.IpcqMetrics;
import io.ipcq.metrics.Watched;
import io.ipcq.pool.ProcessPool;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** What Micrometer shows of the queues and the pool, under the names of their beans. Ends with the application. */
final class IpcqMeters implements MeterBinder, AutoCloseable {

    private final ConfigurableListableBeanFactory beans;
    private final List<IpcqMetrics> bound = new ArrayList<>(); // guarded by this

    IpcqMeters(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        Watched watched = new Watched();
        ApplicationBeans.queues(beans).forEach(watched::queue);
        String pool = ApplicationBeans.nameOfPool(beans);
        if (pool != null) {
            watched.pool(pool, () -> beans.getSingleton(pool) instanceof ProcessPool made ? made : null);
        }
        IpcqMetrics metrics = new IpcqMetrics(watched);
        metrics.bindTo(registry);
        bound.add(metrics);
    }

    @Override
    public synchronized void close() {
        bound.forEach(IpcqMetrics::close);
        bound.clear();
    }
}
