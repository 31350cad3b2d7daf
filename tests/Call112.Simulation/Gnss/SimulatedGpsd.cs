using System.Globalization;
using Call112.Simulation.Time;
using Call112.Station;

namespace Call112.Simulation.Gnss;

/// <summary>How a receiver lies (F5, F15).</summary>
internal enum GnssLie
{
    None,

    /// <summary>It wanders around the truth, by less than what counts as moved, and says that it is exact.</summary>
    Drifts,

    /// <summary>Two places in turn, one of them kilometres off.</summary>
    Jumps,

    /// <summary>A place that is off, with a week counter that came round: 1,024 weeks too early or too late.</summary>
    RolledOver,

    /// <summary>0°, 0°.</summary>
    NullIsland,

    /// <summary>Nothing at all.</summary>
    Silent,

    /// <summary>Half sentences and no JSON.</summary>
    Garbage,
}

/// <summary>
/// The receiver of one post with the gpsd that serves it, and the box that it sits in: where it really is, and what it says. It outlives the process.
/// </summary>
internal sealed class SimulatedGpsd
{
    /// <summary>The pace of a receiver is 1 s; a slower one costs half.</summary>
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(2);

    /// <summary>Metres in a degree of latitude; near the equator also of longitude.</summary>
    private const double DegreeM = 111_195;

    /// <summary>What is carried away goes at this speed, m/s.</summary>
    private const double CarriedMps = 15;

    /// <summary>How far a lie is off, m; the drift stays below what counts as moved.</summary>
    private const double FarM = 5_000, DriftM = 110;

    private readonly Schedule _schedule;
    private readonly Random _dice;
    private readonly WallClock _truth;
    private GpsdStream? _stream;
    private Life? _life;
    private double _awayM, _goalM;
    private TimeSpan _movedAt;
    private int _number;

    public SimulatedGpsd(Schedule schedule, Random dice, GeoPoint surveyed)
    {
        (_schedule, _dice, Surveyed) = (schedule, dice, surveyed);
        _truth = new WallClock(schedule);
        Tell();
    }

    /// <summary>Where people measured the post.</summary>
    public GeoPoint Surveyed { get; }

    public GnssLie Lie { get; private set; }

    /// <summary>When a lie last began or ended.</summary>
    public TimeSpan LieChangedAt { get; private set; } = -TimeSpan.FromHours(1);

    /// <summary>When the receiver last began to jump; never, at first.</summary>
    public TimeSpan JumpsFrom { get; private set; } = TimeSpan.MaxValue;

    /// <summary>How far the box really is from its post, m.</summary>
    public double AwayM
    {
        get
        {
            var run = CarriedMps * (_schedule.Now - _movedAt).TotalSeconds;
            return _goalM > _awayM ? Math.Min(_goalM, _awayM + run) : Math.Max(_goalM, _awayM - run);
        }
    }

    /// <summary>A box was carried away, or is brought back.</summary>
    /// <param name="awayM">Distance at which it is put down, m.</param>
    public void Carry(double awayM) => (_awayM, _goalM, _movedAt) = (AwayM, awayM, _schedule.Now);

    /// <returns>What ends the lie, unless another has begun.</returns>
    public Action Begin(GnssLie lie)
    {
        Repair();
        var number = _number;
        Lie = lie;
        if (lie == GnssLie.Jumps)
            JumpsFrom = _schedule.Now;
        return () =>
        {
            if (number == _number)
                Repair();
        };
    }

    public void Repair()
    {
        _number++;
        (Lie, LieChangedAt) = (GnssLie.None, _schedule.Now);
    }

    /// <summary>gpsd is restarted: every connection ends.</summary>
    public void Restart() => _stream?.End();

    public ValueTask<Stream> ConnectAsync(Life life)
    {
        (_life, _stream) = (life, new GpsdStream(life, Written));
        _stream.Feed("""{"class":"VERSION","release":"3.25","proto_major":3,"proto_minor":15}""" + "\r\n");
        return ValueTask.FromResult<Stream>(_stream);
    }

    private void Written(string line)
    {
        if (line.StartsWith("?DEVICES", StringComparison.Ordinal))
            _stream!.Feed("""{"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/ttyUSB1"}]}""" + "\r\n");
    }

    private void Tell()
    {
        _schedule.After(s_every, Tell);
        if (_stream is not { } stream || _life is not { IsOver: false } || Lie == GnssLie.Silent)
            return;
        if (Lie == GnssLie.Garbage)
        {
            stream.Feed(_dice.Next(2) == 0 ? "{\"class\":\"TPV\",\"mode\":3,\"lat\":0.7\r\n" : "$GPGGA,,,\r\n");
            return;
        }

        var (north, east, weeks) = Lie switch
        {
            GnssLie.Drifts => (DriftM * Math.Sin(_schedule.Now.TotalSeconds / 40), 0.0, 0),
            // Each for a few reports: long enough for a row.
            GnssLie.Jumps => (_schedule.Now.TotalSeconds % 30 < 12 ? FarM : 0, 0, 0),
            GnssLie.RolledOver => (0, FarM, _schedule.Now.TotalMinutes % 2 < 1 ? -1_024 : 1_024),
            _ => (0, 0, 0),
        };
        var time = (_truth.True + TimeSpan.FromDays(7 * weeks)).UtcDateTime;
        var latitude = Lie == GnssLie.NullIsland ? 0 : Surveyed.Latitude + (north + AwayM + _dice.NextDouble()) / DegreeM;
        var longitude = Lie == GnssLie.NullIsland ? 0 : Surveyed.Longitude + (east + _dice.NextDouble()) / DegreeM;
        var report = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"class":"TPV","device":"/dev/ttyUSB1","mode":3,"time":"{{time:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}","lat":{{latitude:0.0000000}},""")
            + string.Create(CultureInfo.InvariantCulture, $$""" "lon":{{longitude:0.0000000}},"eph":8.0,"speed":0.1}""");
        stream.Feed(report + "\r\n");
    }
}
