using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Call112.Station.Tests.Language;

/// <summary>
/// A state as text. Two states are equal when their texts are: the equality of records does not reach into immutable collections
/// (an ImmutableArray is equal only to itself), and a text that differs shows where.
/// </summary>
internal static class StateText
{
    /// <summary>All that survives a restart; not <see cref="StationState.Senses"/>.</summary>
    public static string Durable(StationState state) => Write(state with { Senses = Senses.None });

    public static string Full(StationState state) => Write(state);

    public static string Write(object? value)
    {
        var text = new StringBuilder();
        Append(text, value, 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value, int depth)
    {
        switch (value)
        {
            case null:
                text.Append("null\n");
                return;
            case string or IFormattable or bool:
                text.Append(CultureInfo.InvariantCulture, $"{value}\n");
                return;
            case IEnumerable items:
                text.Append('\n');
                // A dictionary has no order of its own.
                foreach (var item in value is IDictionary ? items.Cast<object>().OrderBy(Key) : items.Cast<object>())
                {
                    text.Append(' ', depth * 2).Append("- ");
                    Append(text, item, depth + 1);
                }

                return;
        }

        text.Append(value.GetType().Name).Append('\n');
        foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(property => property.Name, StringComparer.Ordinal))
        {
            text.Append(' ', depth * 2).Append(property.Name).Append(": ");
            Append(text, property.GetValue(value), depth + 1);
        }
    }

    private static string Key(object pair) => pair.GetType().GetProperty("Key")!.GetValue(pair)!.ToString()!;
}
