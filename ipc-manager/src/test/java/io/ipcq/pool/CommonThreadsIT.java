// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Threads that all of a JVM have together outlive who needed them first, and keep nothing of his: the class loader of
 * an application.
 */
class CommonThreadsIT {

    /** What a container deploys, while the library is its own. */
    public static final class Application implements Runnable {

        @Override
        public void run() {
            Container.use();
        }
    }

    /** Knows one class by itself. */
    private static final class Deployment extends ClassLoader {

        private static final String NAME = Application.class.getName();

        Deployment() {
            super(Application.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(NAME)) {
                return super.loadClass(name, resolve);
            }
            try (InputStream in = getResourceAsStream(NAME.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(NAME, bytes, 0, bytes.length, new ProtectionDomain(null, null, this, null));
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    public static final class Container {

        private static final InheritableThreadLocal<Object> INHERITED = new InheritableThreadLocal<>();
        private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(50);

        private static final List<ProcessPool> POOLS = new ArrayList<>();

        public static void main(String[] args) throws Exception {
            List<WeakReference<Object>> kept = deploy();
            use(); // somebody else needs what is there by now
            POOLS.remove(0).close();
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (kept.stream().anyMatch(each -> each.get() != null) && System.nanoTime() - deadline < 0) {
                System.gc();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            kept.forEach(each -> System.out.println("kept: " + each.get()));
            POOLS.get(0).close();
        }

        private static List<WeakReference<Object>> deploy() throws Exception {
            ClassLoader loader = new Deployment();
            Object inherited = new Object();
            Runnable application = (Runnable)
                    loader.loadClass(Deployment.NAME).getDeclaredConstructor().newInstance();
            Thread thread = new Thread(() -> {
                INHERITED.set(inherited);
                application.run();
            });
            thread.setContextClassLoader(loader);
            thread.start();
            thread.join();
            return List.of(new WeakReference<>(loader), new WeakReference<>(inherited));
        }

        public static void use() {
            try {
                ProcessPool pool = ProcessPool.create(1);
                POOLS.add(pool);
                assertThat(pool.apply(Chores::square, 3)).isEqualTo(9);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void shouldKeepNothingOfWhoNeededThemFirst() {
        // where a child is a process, the JDK has a thread that keeps it for a minute
        try (TestJvm jvm = TestJvm.start(List.of("-Dipcq.children=threads"), Container.class)) {
            for (int i = 0; i < 2; i++) {
                assertThat(jvm.awaitLine("kept: ")).as(jvm.output()).isEqualTo("kept: null");
            }
            jvm.awaitSuccess();
        }
    }
}
