// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/** A timer and a span for each call of a listener's method, if there is Micrometer and the application wants them. */
@AutoConfiguration(before = IpcqAutoConfiguration.class)
@ConditionalOnClass(name = "io.micrometer.observation.ObservationRegistry")
@ConditionalOnProperty(name = "ipcq.listener.observation-enabled")
public class IpcqObservationAutoConfiguration {

    private static final String NAME = "ipcq.listener";

    @Bean
    ListenerObserver ipcqListenerObserver(ObjectProvider<ObservationRegistry> registries) {
        return (id, call) -> Observation.createNotStarted(
                        NAME, registries.getIfAvailable(() -> ObservationRegistry.NOOP))
                .contextualName(id + " process")
                .lowCardinalityKeyValue("listener", id)
                .observeChecked(call::run);
    }
}
