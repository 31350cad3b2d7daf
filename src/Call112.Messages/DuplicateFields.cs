using System.Globalization;
using System.Text.Json;

namespace Call112.Messages;

/// <summary>
/// Finds a field that stands twice in one object, at any depth: nobody can know which of the two values was meant.
/// The JSON library has such a check, and it is not used: from an object's 17th field on it hashes names with a seed from OpenSSL, which waits until
/// the kernel has collected its first random numbers. On a board that has just booted that held back the thread which receives dispatches.
/// </summary>
internal static class DuplicateFields
{
    /// <summary>The path of the first one, such as <c>incident.category</c> or <c>zones[2].name</c>; null when there is none.</summary>
    /// <exception cref="InvalidOperationException">A name holds half a surrogate pair as an escape.</exception>
    public static string? FirstIn(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => FirstInObject(element),
        JsonValueKind.Array => FirstInArray(element),
        _ => null,
    };

    private static string? FirstInObject(JsonElement element)
    {
        // Ordinal: its hash takes no random numbers until somebody makes names collide, and then some that never wait.
        HashSet<string>? names = null;
        foreach (var field in element.EnumerateObject())
        {
            var name = field.Name;
            if (!(names ??= new HashSet<string>(StringComparer.Ordinal)).Add(name))
                return name;
            // The path is put together on the way back only: most messages have none, and a hostile one may have thousands of objects.
            if (FirstIn(field.Value) is { } found)
                return $"{name}{Separator(field.Value)}{found}";
        }

        return null;
    }

    private static string? FirstInArray(JsonElement element)
    {
        var at = 0;
        foreach (var item in element.EnumerateArray())
        {
            if (FirstIn(item) is { } found)
                return string.Create(CultureInfo.InvariantCulture, $"[{at}]{Separator(item)}{found}");
            at++;
        }

        return null;
    }

    private static string Separator(JsonElement inner) => inner.ValueKind == JsonValueKind.Object ? "." : "";
}
