namespace Call112.Station;

/// <summary>A place on the ground.</summary>
/// <param name="Latitude">WGS 84, degrees, −90 to 90.</param>
/// <param name="Longitude">WGS 84, degrees, −180 to 180.</param>
public readonly record struct GeoPoint(double Latitude, double Longitude)
{
    private const double EarthRadiusM = 6_371_008.8;

    /// <summary>Finite, and within the limits of latitude and longitude.</summary>
    public bool IsOnEarth => Latitude is >= -90 and <= 90 && Longitude is >= -180 and <= 180;

    /// <summary>Distance over the ground on a sphere, m. Within 0.6 % of the ellipsoid, which is far below what a receiver can tell.</summary>
    public double DistanceTo(GeoPoint other)
    {
        var (from, to) = (double.DegreesToRadians(Latitude), double.DegreesToRadians(other.Latitude));
        var sinLatitude = Math.Sin((to - from) / 2);
        var sinLongitude = Math.Sin(double.DegreesToRadians(other.Longitude - Longitude) / 2);
        var haversine = (sinLatitude * sinLatitude) + (Math.Cos(from) * Math.Cos(to) * sinLongitude * sinLongitude);
        return 2 * EarthRadiusM * Math.Asin(Math.Min(1, Math.Sqrt(haversine)));
    }
}

/// <summary>One position report of a receiver, as gpsd tells it and nobody has judged it. What was not told is null.</summary>
/// <param name="Device">Which receiver; a machine may have several.</param>
/// <param name="Mode">0 and 1: no fix, 2: position, 3: position and height.</param>
/// <param name="Time">The receiver's own date and time; never used to set a clock.</param>
/// <param name="HorizontalErrorM">Estimated horizontal error, m, 95 %.</param>
/// <param name="SpeedMps">Speed over ground, m/s.</param>
/// <param name="SatellitesUsed">As the receiver last told.</param>
public readonly record struct Fix(
    string Device,
    int Mode,
    DateTimeOffset? Time = null,
    double? Latitude = null,
    double? Longitude = null,
    double? HorizontalErrorM = null,
    double? SpeedMps = null,
    int? SatellitesUsed = null);

/// <summary>Why a fix is not believed. In the order in which the rules are asked; the first that is violated is the reason.</summary>
public enum FixRefusal
{
    /// <summary>The receiver itself says that it has no fix (mode below 2).</summary>
    NoFix,

    /// <summary>A latitude or longitude, error or speed that is no finite number, or a negative error or speed.</summary>
    NoNumber,

    /// <summary>Latitude or longitude beyond the earth.</summary>
    OutOfRange,

    /// <summary>0°, 0°: what a receiver says that knows nothing.</summary>
    NullIsland,

    /// <summary>A year in which this program cannot run: a rolled-over week counter, or a receiver that has not heard the date yet.</summary>
    WrongYear,

    /// <summary>The estimated error is above the limit.</summary>
    TooInexact,

    /// <summary>Faster than a vehicle.</summary>
    TooFast,

    /// <summary>No latitude or no longitude. Says nothing against its neighbours.</summary>
    NoPosition,

    /// <summary>No date. Says nothing against its neighbours: many receivers tell position and date in different sentences.</summary>
    NoTime,

    /// <summary>No estimate of the error. Says nothing against its neighbours.</summary>
    NoError,

    /// <summary>The moment of the fix before it again. Says nothing against it: gpsd tells one moment in several reports.</summary>
    SameMoment,

    /// <summary>The receiver's own time ran backwards.</summary>
    TimeWentBack,

    /// <summary>Farther from the last believed fix, or from the one before it, than a vehicle can have come.</summary>
    Jump,
}

/// <summary>The limits of belief (issue 5; hardware.md §2). Distances in m, speeds in m/s.</summary>
public sealed record FixRules
{
    public static FixRules Default { get; } = new();

    /// <summary>Good fixes in a row, of one receiver and of different moments, before one is believed.</summary>
    public const int FixesNeeded = 3;

    /// <summary>Length of the window of believed years: a 10-bit week counter comes round after 19.6 years.</summary>
    public const int YearSpan = 19;

    /// <summary>Receivers that are told apart; a further one takes the place of the one that has been quiet longest.</summary>
    public const int DevicesMax = 4;

    public double ErrorMaxM { get; init; } = 50;

    public double SpeedMaxMps { get; init; } = 60;

    /// <summary>The first believed year: that of the build. The last is <see cref="YearSpan"/> years later.</summary>
    public int FirstYear { get; init; } = 2026;

    /// <param name="clockYear">That of a synchronised clock, or null. A date may be a year beside it (New Year), a week counter that came round is 19 beside.</param>
    public bool IsYear(int year, int? clockYear = null) =>
        year >= FirstYear && year <= FirstYear + YearSpan && (clockYear is null || Math.Abs(year - clockYear.Value) <= 1);

    /// <summary>Whether a vehicle can have come from one place to the other, as far as the errors tell.</summary>
    public bool CanReach(BelievedFix from, GeoPoint to, double errorM, TimeSpan now) =>
        from.Point.DistanceTo(to) <= (SpeedMaxMps * Math.Max(0, (now - from.At).TotalSeconds)) + from.ErrorM + errorM;
}

/// <summary>A fix that has passed every rule.</summary>
/// <param name="ErrorM">Estimated horizontal error, m.</param>
/// <param name="At">When it was offered, monotonic.</param>
public readonly record struct BelievedFix(GeoPoint Point, double ErrorM, int Mode, DateTimeOffset Time, int? SatellitesUsed, TimeSpan At);
