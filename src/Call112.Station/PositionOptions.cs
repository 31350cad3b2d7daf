using System.Globalization;
using Call112.Messages;

namespace Call112.Station;

/// <summary>Where the post is, and when the box counts as moved. Defaults are those of issue 5; limits are in <see cref="Validate"/>.</summary>
public sealed record PositionOptions
{
    /// <summary>The post's position as people measured it; null when nobody has. It wins over the receiver's, and is the only anchor of PositionMoved.</summary>
    public GeoPoint? Surveyed { get; init; }

    /// <summary>A believed fix farther from the surveyed position than this is off, m; 60 to 10,000.</summary>
    public double MovedBeyondM { get; init; } = 150;

    /// <summary>Off for so long: PositionMoved. Back for so long: it may be told again. 30 s to 1 h.</summary>
    public TimeSpan MovedAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What a fix must be to be believed.</summary>
    public FixRules Rules { get; init; } = FixRules.Default;

    /// <summary>Every value outside its limits, by its path in station.json.</summary>
    public IEnumerable<FieldError> Validate()
    {
        if (Surveyed is { IsOnEarth: false })
            yield return new FieldError("position.surveyed", "must be degrees: latitude -90 to 90, longitude -180 to 180");
        if (MovedBeyondM is not (>= 60 and <= 10_000))
            yield return new FieldError("position.movedBeyondMetres", string.Create(CultureInfo.InvariantCulture, $"must be from 60 to 10000 m, is {MovedBeyondM}"));
        if (MovedAfter.TotalSeconds is < 30 or > 3600)
            yield return new FieldError(
                "position.movedAfterSeconds", string.Create(CultureInfo.InvariantCulture, $"must be from 30 to 3600 s, is {MovedAfter.TotalSeconds}"));
    }
}
