using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Call112.Center.Book;
using Call112.Messages;

namespace Call112.Center.Enrolment;

/// <summary>
/// A station.json as the gateway reads it. Begun from what the station had before, so that what a technician has set there stays; only what was asked
/// for is changed. The gateway's own check (<c>call112-gateway check-config</c>) has the last word.
/// </summary>
internal sealed class StationDocument
{
    /// <summary>The values of <c>station.kind</c>.</summary>
    public static readonly IReadOnlyList<string> Kinds =
        ["Damkar", "Bpbd", "Puskesmas", "Rsud", "Dinkes", "Dinsos", "Dishub", "Diskominfo", "Dpppa", "UptdPpa"];

    private static readonly JsonDocumentOptions s_lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly JsonObject _root;

    private StationDocument(JsonObject root) => _root = root;

    public IReadOnlyList<string> Groups => [.. (_root["station"]?["groups"] as JsonArray ?? []).Select(Text).OfType<string>()];

    /// <summary>The host of every uplink's broker.</summary>
    public IEnumerable<string> BrokerHosts => Uplinks.Select(uplink => new Uri(Text(uplink["broker"])!).Host.Trim('[', ']')).Distinct();

    /// <summary>Whether the box has a modem.</summary>
    public bool HasModem => _root["cellular"] is JsonObject;

    /// <summary>Whether the station answers texts; its key is then part of the file.</summary>
    public bool HasSms => _root["sms"] is JsonObject;

    private IEnumerable<JsonObject> Uplinks => (_root["uplinks"] as JsonArray ?? []).OfType<JsonObject>();

    /// <param name="option">How an error names the file.</param>
    /// <exception cref="EnrolmentException">It is no JSON object.</exception>
    public static StationDocument Read(string path, string option)
    {
        try
        {
            return new StationDocument(JsonNode.Parse(File.ReadAllText(path), documentOptions: s_lenient) as JsonObject
                ?? throw new EnrolmentException($"{option} {path}: not a JSON object"));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new EnrolmentException($"{option} {path}: {e.Message}", e);
        }
    }

    public static StationDocument New() => new([]);

    /// <summary>Takes in what was asked for, and checks that the whole is enough for a station.</summary>
    /// <exception cref="EnrolmentException">The first thing that is missing or impossible.</exception>
    public void Apply(StationRequest request)
    {
        var station = Part("station");
        if (Text(station["id"]) is { Length: > 0 } other && other != request.Id)
            throw new EnrolmentException($"--base: station.id is '{other}', not '{request.Id}'");
        station["id"] = request.Id;
        if (request.Name is { } name)
            station["name"] = name;
        if (request.Kind is { } kind)
            station["kind"] = Kinds.Contains(kind) ? kind : throw new EnrolmentException($"--kind '{kind}': must be one of {string.Join(' ', Kinds)}");
        if (request.Groups.Count > 0)
            station["groups"] = new JsonArray([.. request.Groups.Select(group => JsonValue.Create(group))]);
        foreach (var group in Groups)
            if (!Topics.IsValidName(group))
                throw new EnrolmentException($"--group '{group}': must match [a-z0-9][a-z0-9-]{{1,38}}[a-z0-9]");
        ApplyUplinks(request);
        if (request.Board is { } board)
            Part("board")["profile"] = board;
        if (string.IsNullOrEmpty(Text(_root["board"]?["profile"])))
            throw new EnrolmentException("--board: missing: the path of the board profile on the box (/usr/share/call112/boards/…), or simulated");
    }

    /// <summary>The station answers texts with this key.</summary>
    public void SetSms(string? replyTo, string key)
    {
        var sms = Part("sms");
        sms["enabled"] = true;
        if (replyTo is not null)
            sms["replyTo"] = replyTo;
        if (string.IsNullOrEmpty(Text(sms["replyTo"])))
            throw new EnrolmentException("--reply-to: missing: the number of the city's SMS gateway, such as +6281100112112");
        sms.Remove("keyPath");
        sms["key"] = key;
        _ = Part("cellular");
    }

    public void SetIdentity(string authorities, string certificate, string key)
    {
        foreach (var uplink in Uplinks)
            foreach (var file in (string[])["caFile", "certificateFile", "keyFile"])
                uplink.Remove(file);
        _root["identity"] = new JsonObject { ["authorities"] = authorities, ["certificate"] = certificate, ["key"] = key };
    }

    /// <summary>How the centre and its access list know the station.</summary>
    public StationRegistration Registration() =>
        new(Text(_root["station"]?["id"])!, Text(_root["station"]?["name"]), Text(_root["station"]?["kind"]), Groups);

    /// <summary>The file as it goes to the box.</summary>
    public byte[] Write(bool indented)
    {
        using var text = new MemoryStream();
        // '+' as itself: base64 is full of it, and six characters for each would not go into a QR code.
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            _root.WriteTo(writer);
        if (indented)
            text.WriteByte((byte)'\n');
        return text.ToArray();
    }

    /// <summary>The same without certificate and keys: what the centre keeps.</summary>
    public StationDocument WithoutSecrets()
    {
        var copy = (JsonObject)_root.DeepClone();
        copy.Remove("identity");
        (copy["sms"] as JsonObject)?.Remove("key");
        return new StationDocument(copy);
    }

    private void ApplyUplinks(StationRequest request)
    {
        if (_root["uplinks"] is not JsonArray { Count: > 0 } uplinks)
        {
            if (request.Broker is null)
                throw new EnrolmentException("--broker: missing: mqtts://host:port of the city's broker");
            _root["uplinks"] = uplinks = [new JsonObject { ["name"] = "lan" }];
        }

        if (request.HasModem && uplinks.Count == 1)
        {
            // Each bound to its own interface: two uplinks by one route break together.
            uplinks[0]!["interface"] ??= "eth0";
            uplinks.Add(new JsonObject { ["name"] = "lte", ["interface"] = "wwan0", ["metered"] = true });
            _ = Part("cellular");
        }

        foreach (var uplink in Uplinks)
        {
            if ((request.Broker ?? Text(uplink["broker"]) ?? Text(Uplinks.First()["broker"])) is not { } broker
                || !Uri.TryCreate(broker, UriKind.Absolute, out var uri) || uri.Scheme != "mqtts" || uri.Host.Length == 0)
                throw new EnrolmentException($"--broker '{request.Broker ?? Text(uplink["broker"])}': must be mqtts://host:port");
            uplink["broker"] = broker;
        }
    }

    private JsonObject Part(string name)
    {
        if (_root[name] is not JsonObject part)
            _root[name] = part = [];
        return part;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
