// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.nio.file.ProviderNotFoundException;
import java.util.Iterator;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Finds the provider that opens queues at addresses of a scheme. */
final class QueueProviders {

    /** The artifacts that bring those of this project. */
    private static final Map<String, String> ARTIFACTS = Map.of("ipcq", "ipc-manager", "kafka", "ipc-kafka");

    /** A class loader that cannot be read fails for ever. */
    private static final int MOST_BROKEN = 100;

    private QueueProviders() {}

    /** @throws ProviderNotFoundException if there is none; names the dependency to add, if that is known */
    static DurableQueueProvider require(QueueAddress address) {
        ProviderNotFoundException missing = new ProviderNotFoundException(message(address));
        // a program that is deployed in another one has its own, and this library may be the other one's
        ClassLoader ofProgram = Thread.currentThread().getContextClassLoader();
        for (ClassLoader loader : new ClassLoader[] {ofProgram, QueueProviders.class.getClassLoader()}) {
            DurableQueueProvider provider = find(address.scheme(), loader, missing);
            if (provider != null) {
                return provider;
            }
        }
        throw missing;
    }

    /** A provider that cannot be loaded does not keep others from being found. */
    private static @Nullable DurableQueueProvider find(
            String scheme, @Nullable ClassLoader loader, ProviderNotFoundException missing) {
        Iterator<DurableQueueProvider> providers =
                ServiceLoader.load(DurableQueueProvider.class, loader).iterator();
        for (int broken = 0; broken < MOST_BROKEN; ) {
            try {
                if (!providers.hasNext()) {
                    return null;
                }
                DurableQueueProvider provider = providers.next();
                if (provider.scheme().equals(scheme)) {
                    return provider;
                }
            } catch (ServiceConfigurationError e) {
                missing.addSuppressed(e);
                broken++;
            }
        }
        return null;
    }

    private static String message(QueueAddress address) {
        String artifact = ARTIFACTS.get(address.scheme());
        String what = "nothing on the class path opens queues at such an address: address=" + address;
        return artifact == null
                ? what + "; known are file:, ipcq: and kafka:, and those of a DurableQueueProvider"
                : what + "; add the dependency io.ipcq:" + artifact;
    }
}
