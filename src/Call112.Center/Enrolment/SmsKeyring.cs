using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Call112.Center.Sms;
using Call112.Messages.Sms;

namespace Call112.Center.Enrolment;

/// <summary>The stations' SMS keys, in the places that the centre's own <c>--sms</c> file names (<see cref="SmsGatewayOptions"/>).</summary>
internal sealed class SmsKeyring
{
    private readonly string _path;
    private readonly JsonObject _root;

    private SmsKeyring(string path, JsonObject root) => (_path, _root) = (path, root);

    /// <exception cref="EnrolmentException">There is no such file, or it is no JSON object.</exception>
    public static SmsKeyring Open(string path)
    {
        try
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            return new SmsKeyring(path, JsonNode.Parse(File.ReadAllText(path), documentOptions: options) as JsonObject
                ?? throw new EnrolmentException($"--sms {path}: not a JSON object"));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new EnrolmentException($"--sms {path}: {e.Message}", e);
        }
    }

    /// <summary>The station's key as its key file holds it. Makes the key where there is none, and the station's entry in the file.</summary>
    /// <param name="sim">Number of the station's SIM; needed for a station that is not in the file.</param>
    /// <param name="renew">A new key in place of the old one.</param>
    /// <exception cref="EnrolmentException">The entry is incomplete, or what came out is nothing that the centre would start with.</exception>
    public string KeyOf(string stationId, string? sim, bool renew)
    {
        var entry = (_root["stations"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(part => Text(part["id"]) == stationId);
        var isNew = entry is null;
        if (entry is null)
        {
            if (sim is not null && !SmsGatewayOptions.IsNumber(sim))
                throw new EnrolmentException($"--sim '{sim}': must be a number such as +6281234567890");
            entry = NewEntry(
                stationId,
                sim ?? throw new EnrolmentException($"--sim: missing: the number of the station's SIM; {_path} does not name '{stationId}' yet"));
            RefuseToLoseComments();
        }
        else if (sim is not null && Text(entry["number"]) != sim)
            throw new EnrolmentException($"--sim {sim}: {_path} has {Text(entry["number"])} for '{stationId}'; change it there");

        var keyPath = Path.GetFullPath(
            Text(entry["keyPath"]) ?? throw new EnrolmentException($"--sms {_path}: '{stationId}' has no keyPath"),
            Path.GetDirectoryName(Path.GetFullPath(_path))!);
        if (renew || !File.Exists(keyPath))
            IdentityFolder.WriteSecret(keyPath, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SmsKey.BytesMin)) + "\n");
        if (!SmsKey.TryReadFile(stationId, keyPath, out _, out var problem))
            throw new EnrolmentException($"--sms {_path}: '{stationId}': keyPath: {problem}");
        if (isNew)
            Add(entry);
        try
        {
            SmsGatewayOptions.Read(_path);
        }
        catch (CenterStartException e)
        {
            throw new EnrolmentException(e.Message, e);
        }

        return File.ReadAllText(keyPath).Trim();
    }

    private static JsonObject NewEntry(string stationId, string sim) =>
        new() { ["id"] = stationId, ["number"] = sim, ["keyPath"] = $"sms-keys/{stationId}.key" };

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private void Add(JsonObject entry)
    {
        if (_root["stations"] is not JsonArray stations)
            _root["stations"] = stations = [];
        stations.Add(entry);
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            _root.WriteTo(writer);
        text.WriteByte((byte)'\n');
        IdentityFolder.Rewrite(_path, text.ToArray());
    }

    private void RefuseToLoseComments()
    {
        var reader = new Utf8JsonReader(
            File.ReadAllBytes(_path), new JsonReaderOptions { CommentHandling = JsonCommentHandling.Allow, AllowTrailingCommas = true });
        while (reader.Read())
            if (reader.TokenType == JsonTokenType.Comment)
                throw new EnrolmentException(
                    $"--sms {_path}: has comments, which would be lost: add the station's id, number and keyPath there by hand, then enroll it");
    }
}
