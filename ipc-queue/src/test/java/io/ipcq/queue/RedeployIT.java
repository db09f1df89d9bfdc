// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A class loader that had queues in memory can be collected once they are closed, as of an application that is deployed anew. */
class RedeployIT {

    private static final int DEPLOYMENTS = 50;

    /** What is deployed. */
    public static final class Application implements Runnable {

        @Override
        public void run() {
            try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
                Task<?> waiting = Task.run(queue::get);
                queue.put("a");
                waiting.await();
                queue.get(Duration.ofMillis(5));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What it is deployed in. Prints how many class loaders are left, when there are none, or after half a minute. */
    static final class Container {

        private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

        public static void main(String[] args) throws Exception {
            List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
            for (int i = 0; i < DEPLOYMENTS; i++) {
                loaders.add(deploy());
            }
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (left(loaders) > 0 && System.nanoTime() - deadline < 0) {
                System.gc();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("ipcq"))
                    .forEach(thread -> System.out.println("thread left: " + thread));
            System.out.println("class loaders left: " + left(loaders));
        }

        private static long left(List<WeakReference<ClassLoader>> loaders) {
            return loaders.stream().filter(loader -> loader.get() != null).count();
        }

        private static WeakReference<ClassLoader> deploy() throws Exception {
            List<URL> classPath = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                classPath.add(Path.of(entry).toUri().toURL());
            }
            try (URLClassLoader loader =
                    new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
                Runnable application = (Runnable) loader.loadClass(Application.class.getName())
                        .getDeclaredConstructor()
                        .newInstance();
                Thread thread = new Thread(application, "application");
                thread.setContextClassLoader(loader);
                thread.start();
                thread.join();
                return new WeakReference<>(loader);
            }
        }
    }

    @Test
    void shouldLeaveNothingThatKeepsItsClassLoader() {
        // jffi, which is used before Java 22, starts a thread that ends with the JVM
        List<String> options = Runtime.version().feature() < 22 ? List.of("-Dipcq.native=off") : List.of();
        try (TestJvm container = TestJvm.start(options, Container.class)) {
            String line = container.awaitLine("class loaders left: ");
            assertThat(line).isEqualTo("class loaders left: 0");
            container.awaitSuccess();
        }
    }
}
