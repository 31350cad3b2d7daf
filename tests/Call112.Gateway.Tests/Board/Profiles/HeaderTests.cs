using Call112.Gateway.Board.Profiles;

namespace Call112.Gateway.Tests.Board.Profiles;

/// <summary>The 40-pin header, against the pins that hardware.md §5 and the HATs of §1 name.</summary>
public sealed class HeaderTests
{
    [Theory]
    [InlineData(2, 3)]
    [InlineData(3, 5)]
    [InlineData(4, 7)]
    [InlineData(5, 29)]
    [InlineData(6, 31)]
    [InlineData(14, 8)]
    [InlineData(15, 10)]
    [InlineData(16, 36)]
    [InlineData(17, 11)]
    [InlineData(18, 12)]
    [InlineData(19, 35)]
    [InlineData(20, 38)]
    [InlineData(21, 40)]
    [InlineData(22, 15)]
    [InlineData(23, 16)]
    [InlineData(24, 18)]
    [InlineData(25, 22)]
    [InlineData(26, 37)]
    [InlineData(27, 13)]
    public void A_line_sits_on_the_pin_that_the_reference_names(int gpio, int pin)
    {
        Assert.Equal(pin, Header.PinOf(gpio));
        Assert.Equal(gpio, Header.GpioOf(pin));
    }

    [Fact]
    public void The_header_has_28_lines_once_each_8_grounds_and_4_supplies()
    {
        var names = Enumerable.Range(1, Header.PinCount).Select(Header.NameOf).ToList();
        Assert.Equal(28, names.Where(name => name.StartsWith("GPIO", StringComparison.Ordinal)).Distinct().Count());
        Assert.Equal((8, 2, 2), (names.Count(name => name == "GND"), names.Count(name => name == "3V3"), names.Count(name => name == "5V")));
        Assert.Equal(["5V", "5V", "GND", "GND"], [Header.NameOf(2), Header.NameOf(4), Header.NameOf(6), Header.NameOf(39)]);
    }

    [Fact]
    public void The_reset_pulls_GPIO_0_to_8_up_and_9_to_27_down() =>
        Assert.Equal(Enumerable.Range(0, 9), Enumerable.Range(0, 28).Where(Header.IsPulledUpAtReset));

    [Theory]
    [InlineData("GPIO26", 26)]
    [InlineData("ID_SDA", 0)]
    [InlineData("SDA1", 2)]
    [InlineData("RXD1", 15)]
    [InlineData("GPIO28", null)]
    [InlineData("GPIO", null)]
    [InlineData("siren-relay", null)]
    public void A_line_name_of_the_kernel_leads_to_its_number(string name, int? gpio) => Assert.Equal(gpio, Header.GpioNamed(name));
}
