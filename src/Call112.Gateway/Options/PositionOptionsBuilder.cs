using System.Globalization;
using System.Reflection;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Options;

/// <summary>The part <c>position</c> of station.json, both ways.</summary>
internal static class PositionOptionsBuilder
{
    /// <summary>Year of the build, as the project file stamps it: the first that a receiver may tell (decision 0016).</summary>
    public static int BuildYear { get; } = int.Parse(
        typeof(PositionOptionsBuilder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == nameof(BuildYear)).Value!,
        CultureInfo.InvariantCulture);

    public static PositionOptions Position(StationFile.PositionPart? part, List<FieldError> errors)
    {
        var defaults = new PositionOptions();
        return new PositionOptions
        {
            Surveyed = Surveyed(part?.Surveyed, errors),
            MovedBeyondM = part?.MovedBeyondMetres ?? defaults.MovedBeyondM,
            MovedAfter = OptionsBuilder.Seconds(part?.MovedAfterSeconds, defaults.MovedAfter),
            Rules = new FixRules { FirstYear = BuildYear },
        };
    }

    public static GpsdOptions? Gpsd(StationFile.PositionPart? part, List<FieldError> errors)
    {
        var silence = OptionsBuilder.Seconds(part?.SilenceSeconds, GpsdOptions.UsualSilence);
        if (silence.TotalSeconds is < 3 or > 600)
            errors.Add(new FieldError("position.silenceSeconds", string.Create(CultureInfo.InvariantCulture, $"must be from 3 to 600 s, is {silence.TotalSeconds}")));
        if (part?.Gpsd is not { } address)
            return null;
        var colon = address.LastIndexOf(':');
        var host = colon > 0 ? address[..colon].Trim('[', ']') : "";
        if (Uri.CheckHostName(host) != UriHostNameType.Unknown
            && int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535)
            return new GpsdOptions(host, port, silence);
        errors.Add(new FieldError("position.gpsd", $"'{address}' must be host:port, as 127.0.0.1:2947"));
        return null;
    }

    public static StationFile.PositionPart ToPart(GatewayOptions options)
    {
        var position = options.Station.Position;
        return new StationFile.PositionPart(
            options.Gpsd is not { } gpsd ? null : gpsd.Host.Contains(':', StringComparison.Ordinal) ? $"[{gpsd.Host}]:{gpsd.Port}" : gpsd.ToString(),
            position.Surveyed is { } post ? new StationFile.SurveyedPart(post.Latitude, post.Longitude) : null,
            position.MovedBeyondM,
            position.MovedAfter.TotalSeconds,
            (options.Gpsd?.Silence ?? GpsdOptions.UsualSilence).TotalSeconds);
    }

    private static GeoPoint? Surveyed(StationFile.SurveyedPart? part, List<FieldError> errors)
    {
        if (part is null)
            return null;
        if (part is { Latitude: { } latitude, Longitude: { } longitude })
            return new GeoPoint(latitude, longitude);
        errors.Add(new FieldError("position.surveyed", "latitude and longitude go together"));
        return null;
    }
}
