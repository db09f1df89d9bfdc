// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import io.ipcq.metrics.IpcqBeans;
import io.ipcq.metrics.Watched;
import java.lang.management.ManagementFactory;
import java.util.List;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** As {@link RedeployIT}, of an application that shows its queues to JMX. */
class RedeployBeansIT {

    private static final int DEPLOYMENTS = 10;

    /** What is deployed. */
    public static final class Application implements Runnable {

        @Override
        public void run() {
            try (SharedQueue<String> queue = SharedQueue.create(String.class);
                    IpcqBeans beans = new IpcqBeans(new Watched().queue("letters", queue))) {
                queue.put("a");
                ObjectName name = new ObjectName("io.ipcq:type=Queue,name=\"letters\"");
                Object size = ManagementFactory.getPlatformMBeanServer().getAttribute(name, "Size");
                if (!Long.valueOf(1).equals(size)) {
                    throw new IllegalStateException("size=" + size + ", beans=" + beans);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void shouldLeaveNothingThatKeepsItsClassLoader() {
        // jffi, which is used before Java 22, starts a thread that ends with the JVM
        List<String> options = Runtime.version().feature() < 22 ? List.of("-Dipcq.native=off") : List.of();
        try (TestJvm container = TestJvm.start(
                options, RedeployIT.Container.class, Application.class.getName(), String.valueOf(DEPLOYMENTS))) {
            assertThat(container.awaitLine("class loaders left: ")).isEqualTo("class loaders left: 0");
            container.awaitSuccess();
        }
    }
}
