// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.pool.ProcessPool;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IpcqBeansTest {

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    @TempDir
    Path parent;

    private Object attribute(ObjectName name, String attribute) throws Exception {
        return server.getAttribute(name, attribute);
    }

    private Set<ObjectName> names() throws Exception {
        return server.queryNames(new ObjectName("io.ipcq:*"), null);
    }

    @Test
    void shouldShowQueue() throws Exception {
        DurableQueue<String> queue =
                DurableQueue.builder(String.class).maxAttempts(1).create(parent.resolve("letters"));
        IpcqBeans beans = new IpcqBeans(new Watched().queue("letters", queue));
        try {
            ObjectName name = new ObjectName("io.ipcq:type=Queue,name=\"letters\"");
            long before = System.currentTimeMillis() - 60_000; // times are noted somewhat early
            queue.put("a");
            queue.put("b");
            queue.receive().nack();
            queue.receive();
            assertThat((long) attribute(name, "LastPutMillis")).isBetween(before, System.currentTimeMillis());
            assertThat((long) attribute(name, "LastTakeMillis")).isBetween(before, System.currentTimeMillis());
            assertThat(attribute(name, "OldestAgeMillis")).as("both are out").isEqualTo(-1L);
            queue.put("c");
            assertThat((long) attribute(name, "OldestAgeMillis")).isNotNegative();
            assertThat(attribute(name, "Put")).isEqualTo(3L);
            assertThat(attribute(name, "Leased")).isEqualTo(1L);
            assertThat(attribute(name, "DeadLetters")).isEqualTo(1L);
            assertThat(attribute(name, "Open")).isEqualTo(true);
            queue.close();
            assertThat(attribute(name, "Open")).isEqualTo(false);
            assertThat(attribute(name, "Put")).as("what it said last").isEqualTo(3L);
            assertThat(attribute(name, "OldestAgeMillis")).isEqualTo(-1L);
            assertAllAnswer(name);
        } finally {
            beans.close();
            queue.close();
        }
        assertThat(names()).isEmpty();
    }

    @Test
    void shouldShowPoolAndManager() throws Exception {
        ProcessPool pool = ProcessPool.builder().name("work").workers(1).create();
        ManagerServer manager = ManagerServer.bind(AuthKey.random());
        IpcqBeans beans = new IpcqBeans(new Watched().pool(pool).manager("shop", manager));
        try {
            ObjectName work = new ObjectName("io.ipcq:type=Pool,name=\"work\"");
            ObjectName shop = new ObjectName("io.ipcq:type=Manager,name=\"shop\"");
            assertThat(attribute(work, "Workers")).isEqualTo(1L);
            assertThat(attribute(shop, "Connections")).isEqualTo(0L);
            assertThat(attribute(shop, "Address")).isEqualTo(manager.address().toString());
            pool.close();
            manager.close();
            assertAllAnswer(work);
            assertAllAnswer(shop);
        } finally {
            beans.close();
            manager.close();
            pool.close();
        }
        assertThat(names()).isEmpty();
    }

    /** Also of what is closed: a client of JMX may not know our exceptions. */
    private void assertAllAnswer(ObjectName name) throws Exception {
        String[] all = Arrays.stream(server.getMBeanInfo(name).getAttributes())
                .map(MBeanAttributeInfo::getName)
                .toArray(String[]::new);
        assertThat(all).isNotEmpty();
        assertThat(server.getAttributes(name, all)).hasSameSizeAs(all);
    }

    @Test
    void shouldTakeNamesForNames() throws Exception {
        String hostile = "a\",type=\"Pool\n*?:=\\,\u0000\u202e";
        try (SharedQueue<String> queue = SharedQueue.create(String.class);
                IpcqBeans beans =
                        new IpcqBeans(new Watched().queue(hostile, queue).queue("*", queue))) {
            assertThat(beans).isNotNull();
            assertThat(names()).hasSize(2).allSatisfy(name -> {
                assertThat(name.isPattern()).isFalse();
                assertThat(name.getKeyPropertyList()).containsOnlyKeys("type", "name");
                assertThat(name.getKeyProperty("type")).isEqualTo("Queue");
            });
            assertThat(names())
                    .extracting(name -> ObjectName.unquote(name.getKeyProperty("name")))
                    .containsExactlyInAnyOrder(hostile, "*");
        }
    }

    @Test
    void shouldMakeAllBeansOrNone() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
            Watched another = new Watched().queue("a", queue).queue("b", queue);
            IpcqBeans beans = new IpcqBeans(new Watched().queue("b", queue));
            try {
                assertThatThrownBy(() -> new IpcqBeans(another))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("name=b");
                assertThat(names()).hasSize(1);
            } finally {
                beans.close();
            }
            new IpcqBeans(another).close();
        }
    }
}
