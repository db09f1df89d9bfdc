// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.ipcq.pool.ProcessPool;
import java.time.Duration;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Ends the pool of the application after all that uses it: listeners, the web server's requests, Spring's own
 * executors.
 */
final class PoolLifecycle implements SmartLifecycle {

    static final int PHASE = Integer.MAX_VALUE / 2 - 1024;

    private static final Log LOG = LogFactory.getLog(ProcessPool.class);
    private static final Duration AFTER_CANCEL = Duration.ofSeconds(1);

    private final ConfigurableListableBeanFactory beans;
    private final String pool;
    private final Duration patience;
    private volatile boolean running;

    /** @param pool name of the bean, which is made when it is used first */
    PoolLifecycle(ConfigurableListableBeanFactory beans, String pool, Duration patience) {
        this.beans = beans;
        this.pool = pool;
        this.patience = patience;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        if (beans.getSingleton(pool) instanceof ProcessPool used) {
            end(used);
        }
    }

    private void end(ProcessPool used) {
        used.shutdown();
        try {
            if (!used.awaitTermination(patience)) {
                int left = used.shutdownNow().size();
                LOG.warn("the pool had tasks left when the application ended, which are cancelled: waiting=" + left
                        + ", ipcq.pool.shutdown-timeout=" + patience.toMillis() + "ms");
                used.awaitTermination(AFTER_CANCEL);
            }
        } catch (InterruptedException hurry) {
            used.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
