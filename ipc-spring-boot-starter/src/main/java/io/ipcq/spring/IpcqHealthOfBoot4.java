// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Health, by the interfaces of Boot 4. */
@AutoConfiguration(after = IpcqAutoConfiguration.class)
@ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
@ConditionalOnProperty(name = "management.health.ipcq.enabled", matchIfMissing = true)
public class IpcqHealthOfBoot4 {

    @Bean
    HealthIndicator ipcqHealthIndicator(ConfigurableListableBeanFactory beans) {
        return () -> {
            IpcqHealth health = IpcqHealth.of(beans);
            return (health.up() ? Health.up() : Health.down())
                    .withDetails(health.details())
                    .build();
        };
    }
}
