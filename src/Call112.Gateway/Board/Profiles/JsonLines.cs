using System.Globalization;
using System.Text.Json;
using Call112.Messages;

namespace Call112.Gateway.Board.Profiles;

/// <summary>
/// Where each field of a JSON text stands, and the faults that its types cannot tell: nulls in lists, lists and texts without end, texts
/// that would disturb a terminal or a drawing. Invariant: built from well-formed JSON only.
/// </summary>
internal sealed class JsonLines
{
    /// <summary>Most elements of a list; a header has 40 pins.</summary>
    public const int ListMax = 64;

    /// <summary>Longest text, characters.</summary>
    public const int TextMax = 200;

    public const int MaxDepth = 16;

    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);
    private readonly List<FieldError> _faults = [];

    /// <summary>Throws <see cref="JsonException"/> when the text is not JSON.</summary>
    public JsonLines(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json,
            new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = MaxDepth });
        var (line, counted) = (1, 0);
        // For each open container its path, and the next index when it is a list.
        var open = new Stack<(string Path, int Index)>();
        var name = "";
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            line += json[counted..start].Count((byte)'\n');
            counted = start;
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                open.Pop();
                continue;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                name = Join(open.Peek().Path, reader.GetString()!);
                _lines.TryAdd(name, line);
                continue;
            }

            var path = PathOfValue(open, name);
            _lines.TryAdd(path, line);
            Judge(ref reader, path, inList: path.EndsWith(']'));
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                open.Push((path, reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
        }
    }

    public IReadOnlyList<FieldError> Faults => _faults;

    /// <summary>The line of a field, from 1; of the nearest field around it when the field itself is not written.</summary>
    public int LineOf(string path)
    {
        while (path.Length > 0)
        {
            if (_lines.TryGetValue(path, out var line))
                return line;
            path = path[..Math.Max(0, path.LastIndexOfAny(['.', '[']))];
        }

        return 1;
    }

    private static string PathOfValue(Stack<(string Path, int Index)> open, string name)
    {
        if (open.Count == 0)
            return "";
        if (open.Peek().Index < 0)
            return name;
        var (list, index) = open.Pop();
        open.Push((list, index + 1));
        return string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]");
    }

    private void Judge(ref Utf8JsonReader reader, string path, bool inList)
    {
        if (inList && reader.TokenType == JsonTokenType.Null)
            _faults.Add(new FieldError(path, "null in a list; take the element out"));
        if (inList && path.EndsWith($"[{ListMax}]", StringComparison.Ordinal))
            _faults.Add(new FieldError(path, $"more than {ListMax} elements in one list"));
        if (reader.TokenType != JsonTokenType.String)
            return;
        var text = reader.GetString()!;
        if (text.Length > TextMax)
            _faults.Add(new FieldError(path, $"longer than {TextMax} characters"));
        if (text.Any(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\uFFFE' or '\uFFFF'))
            _faults.Add(new FieldError(path, "holds a control character or one beyond the basic plane; write it in plain letters"));
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
