// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A map from JSON values to JSON values; also a namespace, whose keys are strings. */
final class ServedMap extends Served {

    private final Map<Object, Object> entries = new LinkedHashMap<>();

    ServedMap(Key key) {
        super(key);
    }

    @Override
    synchronized void call(Call call, String operation) {
        call.reply(operate(call, operation));
    }

    private @Nullable Object operate(Call call, String operation) {
        return switch (operation) {
            case "size" -> entries.size();
            case "clear" -> {
                entries.clear();
                yield null;
            }
            case "get" -> entries.get(call.present(1));
            case "put" -> put(call.present(1), call.present(2));
            case "putIfAbsent" -> {
                Object there = entries.get(call.present(1));
                yield there != null ? there : put(call.present(1), call.present(2));
            }
            case "remove" -> entries.remove(call.present(1));
            case "removeValue" -> entries.remove(call.present(1), call.present(2));
            case "replace" -> entries.replace(call.present(1), call.present(2));
            case "replaceValue" -> entries.replace(call.present(1), call.present(2), call.present(3));
            case "containsKey" -> entries.containsKey(call.present(1));
            case "containsValue" -> entries.containsValue(call.present(1));
            case "entries" ->
                entries.entrySet().stream()
                        .map(entry -> List.of(entry.getKey(), entry.getValue()))
                        .toList();
            case "putAll" -> {
                for (Object pair : call.list(1)) {
                    if (!(pair instanceof List<?> two) || two.size() != 2 || two.contains(null)) {
                        throw new RpcException(Protocol.INVALID_PARAMS, "entries are arrays of a key and a value");
                    }
                    put(Objects.requireNonNull(two.get(0)), Objects.requireNonNull(two.get(1)));
                }
                yield null;
            }
            default -> throw noSuch(operation);
        };
    }

    private @Nullable Object put(Object key, Object value) {
        if (entries.size() >= Protocol.MAX_ITEMS && !entries.containsKey(key)) {
            throw new RpcException(Protocol.LIMIT, this + " is full: limit=" + Protocol.MAX_ITEMS);
        }
        return entries.put(key, value);
    }
}
