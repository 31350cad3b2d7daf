namespace Call112.Messages.Tests;

public class TopicsTests
{
    [Theory]
    [InlineData("pkm-gogagoman", true)]
    [InlineData("abc", true)]
    [InlineData("ab", false)]
    [InlineData("-abc", false)]
    [InlineData("abc-", false)]
    [InlineData("Abc", false)]
    [InlineData("a+c", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_station_id_is_three_to_forty_small_letters_digits_and_hyphens(string? name, bool valid) =>
        Assert.Equal(valid, Topics.IsValidName(name));
}
