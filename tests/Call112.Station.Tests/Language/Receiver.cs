namespace Call112.Station.Tests.Language;

/// <summary>A GNSS receiver that tells one good fix a second, as a test wants it.</summary>
internal static class Receiver
{
    /// <summary>Where the post of the tests stands: Kotamobagu.</summary>
    public static readonly GeoPoint Post = new(0.7346, 124.3162);

    private const double MetresPerDegree = 111_195;

    /// <summary>A fix that violates no rule.</summary>
    public static Fix Fix(StationTime now, GeoPoint? at = null) => new(
        "/dev/call112-nmea", 3, now.Wall, (at ?? Post).Latitude, (at ?? Post).Longitude, HorizontalErrorM: 8, SpeedMps: 0.1, SatellitesUsed: 9);

    /// <summary>A place so many metres north of another.</summary>
    public static GeoPoint North(this GeoPoint place, double metres) => place with { Latitude = place.Latitude + metres / MetresPerDegree };

    /// <summary>Tells a fix each second for some time; the station's clock passes.</summary>
    public static void Tell(this StationDriver station, GeoPoint at, double seconds)
    {
        for (var told = 0; told < seconds; told++)
        {
            station.Pass(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
            station.Send(new StationInput.FixOffered(Fix(station.Now, at)));
        }
    }
}
