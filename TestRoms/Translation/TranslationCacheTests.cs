using Dbt.Runtime.Execution;
using Dbt.Runtime.Translation;
using Dbt.Translator.Emission;
using Xunit;
using static Dbt.TestRoms.Translation.TranslatedMemory;

namespace Dbt.TestRoms.Translation;

/// <summary>Fragments are published, found, linked and retired.</summary>
public sealed unsafe class TranslationCacheTests : IDisposable
{
    private const TranslationMode UserMode = TranslationMode.None, FloatMode = TranslationMode.Kernel | TranslationMode.Float;

    private readonly TranslatedMemory _memory = new();

    private TranslationCache Cache => _memory.Cache;

    private TranslationStatistics Statistics => _memory.Statistics;

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void A_fragment_belongs_to_the_block_at_its_address()
    {
        Block* block = _memory.Decode(Kernel), other = _memory.Decode(Kernel + 16);
        Fragment fragment = _memory.Compile(Kernel);

        Assert.True(Cache.Add(fragment));

        Assert.Equal((fragment.Code, fragment.Links), (block->Code, block->Links));
        Assert.Same(fragment, Cache.FragmentOf(block));
        Assert.Equal(0, other->Code);
        Assert.Equal(1, Statistics.Fragments);
    }

    [Fact]
    public void A_block_that_is_decoded_later_gets_it_too()
    {
        Cache.Add(_memory.Compile(Kernel));

        Assert.NotEqual(0, _memory.Decode(Kernel)->Code);
        Assert.Equal(0, _memory.Decode(Kernel, UserMode)->Code);
        Assert.Equal(0, _memory.Decode(Kernel + 16)->Code);
    }

    [Fact]
    public void One_that_does_not_care_for_floating_point_belongs_to_blocks_of_both_modes()
    {
        Block* without = _memory.Decode(Kernel, TranslationMode.Kernel, usesFloat: true), with = _memory.Decode(Kernel, FloatMode, usesFloat: true);

        Cache.Add(_memory.Compile(Kernel));

        Assert.True(without->Code != 0 && with->Code != 0);
    }

    [Fact]
    public void One_that_does_belongs_to_the_block_of_its_mode()
    {
        Block* without = _memory.Decode(Kernel, TranslationMode.Kernel, usesFloat: true), with = _memory.Decode(Kernel, FloatMode, usesFloat: true);

        Cache.Add(_memory.Compile(Kernel, FloatMode, usesFloat: true));

        Assert.True(without->Code == 0 && with->Code != 0);
    }

    [Fact]
    public void Two_fragments_of_one_address_for_two_modes_are_alive_together()
    {
        _memory.Publish(Kernel, TranslationMode.Kernel, usesFloat: true);
        _memory.Publish(Kernel, FloatMode, usesFloat: true);

        Assert.Equal(2, Cache.Live.Count);
        Assert.NotEqual(_memory.BlockAt(Kernel)->Links, _memory.BlockAt(Kernel, FloatMode)->Links);
    }

    [Fact]
    public void One_whose_code_changed_since_it_was_read_is_not_published_and_its_place_may_get_hot_again()
    {
        Block* block = _memory.Decode(Kernel);
        block->Heat = 1000;
        Fragment fragment = _memory.Compile(Kernel);

        _memory.Ram.Code.Invalidate(0);

        Assert.False(Cache.Add(fragment));
        Assert.Empty(Cache.Live);
        Assert.Equal((0, 0, 1L), (block->Code, block->Heat, Statistics.Discarded));
    }

    [Fact]
    public void Nor_is_one_in_which_a_trap_was_patched_meanwhile()
    {
        Fragment fragment = _memory.Compile(Kernel, traps: [Kernel + 8]);

        _memory.Sites.Add(_memory.Ram.HostPage(0) + 8, Kernel + 8);

        Assert.False(Cache.Add(fragment));
        Assert.Empty(Cache.Live);
    }

    [Fact]
    public void A_second_one_for_the_same_place_is_not_published()
    {
        Fragment first = _memory.Publish(Kernel);

        Assert.False(Cache.Add(_memory.Compile(Kernel)));
        Assert.Equal([first], Cache.Live);
    }

    [Fact]
    public void Unless_it_is_wider()
    {
        _memory.Publish(Kernel);
        Fragment wide = _memory.Compile(Kernel, length: 20, isWide: true);

        Assert.True(Cache.Add(wide));
        Assert.Equal([wide], Cache.Live);
        Assert.Equal(wide.Links, _memory.BlockAt(Kernel)->Links);
        Assert.Equal((1L, 1L), (Statistics.Widened, Statistics.Retired));
    }

    [Fact]
    public void It_is_found_by_any_address_of_its_code()
    {
        Fragment first = _memory.Publish(Kernel), second = _memory.Publish(Kernel + 8);

        Assert.Equal([first], Cache.FindAll(Kernel + 4));
        Assert.Equal([first, second], Cache.FindAll(Kernel + 12).OrderBy(fragment => fragment.Key.Pc));
        Assert.Empty(Cache.FindAll(Kernel + 24));
    }

    [Fact]
    public void A_way_out_that_is_not_linked_leads_back_to_the_dispatcher_with_its_own_address()
    {
        Fragment fragment = _memory.Publish(Kernel);

        nint slot = SlotOf(fragment, LinkLayout.FirstTarget + 1);
        Assert.Equal(slot, _memory.Leave(slot, Kernel));
    }

    [Fact]
    public void The_ways_out_for_the_interpreter_and_the_hypervisor_say_so()
    {
        Fragment fragment = _memory.Publish(Kernel);

        Assert.Equal(TranslationCache.GaveUp, _memory.Leave(SlotOf(fragment, LinkLayout.GiveUp), Kernel));
        Assert.Equal(TranslationCache.Left, _memory.Leave(SlotOf(fragment, LinkLayout.Leave), Kernel));
    }

    [Theory]
    [InlineData(User, User + 64, UserMode)]
    [InlineData(Kernel, Kernel + 64, TranslationMode.Kernel)]
    [InlineData(Kernel, Kernel + 3 * Page, TranslationMode.Kernel)]
    public void Within_a_page_and_within_kseg0_links_are_made(uint from, uint to, TranslationMode mode)
    {
        Fragment source = _memory.Publish(from, mode), target = _memory.Publish(to, mode);

        Cache.Link(SlotOf(source), _memory.BlockAt(to, mode));

        Assert.Equal(target.Links, ((LinkSlot*)SlotOf(source))->Links);
        Assert.Equal(Reached, _memory.Leave(SlotOf(source), to, mode));
        Assert.Equal([target], source.Outgoing.Values);
        Assert.Equal([SlotOf(source)], target.Incoming);
        Assert.Equal(1, Statistics.Linked);
    }

    [Fact]
    public void Between_pages_that_may_be_remapped_the_way_is_looked_up_each_time()
    {
        Fragment source = _memory.Publish(User, UserMode), target = _memory.Publish(User + Page, UserMode);

        Cache.Link(SlotOf(source), _memory.BlockAt(User + Page, UserMode));

        Assert.Equal(Reached, _memory.Leave(SlotOf(source), User + Page, UserMode));
        Assert.Equal(TranslationCache.NoFragment, _memory.Leave(SlotOf(source), User + 2 * Page, UserMode));
        Assert.Empty(target.Incoming);
        Assert.Equal(0, Statistics.Linked);
    }

    [Fact]
    public void So_it_is_where_the_target_cares_for_a_mode_that_the_source_does_not()
    {
        Fragment source = _memory.Publish(Kernel);
        _memory.Publish(Kernel + 64, FloatMode, usesFloat: true);

        Cache.Link(SlotOf(source), _memory.BlockAt(Kernel + 64, FloatMode));

        Assert.Equal(Reached, _memory.Leave(SlotOf(source), Kernel + 64, FloatMode));
        Assert.Equal(TranslationCache.NoFragment, _memory.Leave(SlotOf(source), Kernel + 64));
    }

    [Fact]
    public void A_block_without_a_fragment_is_not_linked_to()
    {
        Fragment source = _memory.Publish(Kernel);

        Cache.Link(SlotOf(source), _memory.Decode(Kernel + 64));

        Assert.Equal(SlotOf(source), _memory.Leave(SlotOf(source), Kernel + 64));
        Assert.Equal(0, Statistics.Linked);
    }

    [Fact]
    public void A_store_to_its_code_retires_it()
    {
        _memory.Publish(Kernel);
        Fragment elsewhere = _memory.Publish(Kernel + Page);
        Block* block = _memory.BlockAt(Kernel);
        block->Heat = 1000;

        _memory.Ram.Code.Mark(0, 0, 16);
        _memory.Ram.Code.Store(0, 12, 4);

        Assert.Equal([elsewhere], Cache.Live);
        Assert.Equal((0, 0, 0, 1L), (block->Code, block->Links, block->Heat, Statistics.Retired));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void One_on_two_pages_is_retired_with_either(int frame)
    {
        _memory.Decode(Kernel + Page - 8);
        Cache.Add(_memory.Compile(Kernel + Page - 8));

        _memory.Ram.Code.Invalidate(frame);

        Assert.Empty(Cache.Live);
        Assert.Equal(0, _memory.BlockAt(Kernel + Page - 8)->Code);
    }

    [Fact]
    public void Links_to_one_that_is_retired_lead_back_to_the_dispatcher()
    {
        Fragment source = _memory.Publish(Kernel), target = _memory.Publish(Kernel + Page);
        Cache.Link(SlotOf(source), _memory.BlockAt(Kernel + Page));

        _memory.Ram.Code.Invalidate(1);

        Assert.Equal(SlotOf(source), _memory.Leave(SlotOf(source), Kernel + Page));
        Assert.Empty(source.Outgoing);
        Assert.DoesNotContain(target, Cache.Live);
    }

    [Fact]
    public void What_is_retired_links_to_nothing_any_more()
    {
        Fragment source = _memory.Publish(Kernel), target = _memory.Publish(Kernel + Page);
        Cache.Link(SlotOf(source), _memory.BlockAt(Kernel + Page));

        _memory.Ram.Code.Invalidate(0);

        Assert.Empty(target.Incoming);
        Assert.Equal([target], Cache.Live);
    }

    [Fact]
    public void A_loop_that_links_to_itself_can_be_retired()
    {
        Fragment loop = _memory.Publish(Kernel);
        Cache.Link(SlotOf(loop), _memory.BlockAt(Kernel));
        Assert.Equal(Reached, _memory.Leave(SlotOf(loop), Kernel));

        _memory.Ram.Code.Invalidate(0);

        Assert.Empty(Cache.Live);
    }

    [Fact]
    public void Patching_an_instruction_retires_those_in_which_it_is_a_trap()
    {
        _memory.Decode(Kernel);
        Fragment patched = _memory.Compile(Kernel, traps: [Kernel + 8]), without = _memory.Compile(Kernel + 64, traps: [Kernel + 72]);
        Cache.Add(patched);
        Cache.Add(without);

        _memory.Sites.Add(_memory.Ram.HostPage(0) + 8, Kernel + 8);

        Assert.Equal([without], Cache.Live);
        Assert.Equal(0, _memory.BlockAt(Kernel)->Code);
    }

    [Fact]
    public void What_is_retired_and_translated_again_is_counted()
    {
        _memory.Publish(Kernel);
        _memory.Ram.Code.Invalidate(0);

        _memory.Publish(Kernel);

        Assert.Equal((2L, 1L), (Statistics.Fragments, Statistics.Retranslated));
        Assert.NotEqual(0, _memory.BlockAt(Kernel)->Code);
    }

    [Fact]
    public void When_there_are_as_many_as_may_be_the_next_one_retires_them_all()
    {
        using TranslatedMemory small = new(mostFragments: 2);
        small.Publish(Kernel);
        small.Publish(Kernel + 64);

        Fragment third = small.Publish(Kernel + 128);

        Assert.Equal([third], small.Cache.Live);
        Assert.Equal((0, 0), (small.BlockAt(Kernel)->Code, small.BlockAt(Kernel + 64)->Code));
        Assert.Equal(2, small.Statistics.Retired);
    }

    [Fact]
    public void One_that_misses_kseg0_32_times_is_retired_to_be_compiled_without_that_expectation()
    {
        Fragment fragment = _memory.Publish(Kernel);
        nint miss = SlotOf(fragment, LinkLayout.WindowMiss);

        for (int i = 0; i < 31; i++)
            Assert.True(Cache.NoteWindowMiss(miss, out _));
        Assert.Equal([fragment], Cache.Live);
        Assert.False(Cache.IsWithoutWindow(fragment.Key));

        Assert.True(Cache.NoteWindowMiss(miss, out _));
        Assert.Empty(Cache.Live);
        Assert.True(Cache.IsWithoutWindow(fragment.Key));
        Assert.False(Cache.IsWithoutWindow(fragment.Key with { Pc = Kernel + 64 }));
    }

    [Fact]
    public void A_kernel_s_that_misses_now_and_then_is_retired_so_that_only_what_is_about_the_base_does_without()
    {
        Fragment fragment = _memory.Publish(Kernel);

        for (int i = 0; i < 32; i++)
        {
            Statistics.Translated += 10_000;
            Assert.True(Cache.NoteWindowMiss(SlotOf(fragment, LinkLayout.WindowMiss), out Fragment? disappointed));
            Assert.Null(disappointed);
        }

        Assert.Empty(Cache.Live);
        Assert.True(Cache.IsWithoutWindow(fragment.Key));
    }

    [Theory]
    [InlineData(10_000, true)]
    [InlineData(100_000, false)]
    public void User_code_that_misses_now_and_then_goes_on_until_it_is_compiled_without_and_what_seldom_does_goes_on(int apart, bool isOften)
    {
        Fragment fragment = _memory.Publish(Kernel, UserMode);
        nint miss = SlotOf(fragment, LinkLayout.WindowMiss);

        Fragment? disappointed = null;
        for (int i = 0; i < 32; i++)
        {
            Statistics.Translated += apart;
            Assert.True(Cache.NoteWindowMiss(miss, out disappointed));
        }

        Assert.Equal(isOften ? fragment : null, disappointed);
        Assert.Equal(isOften, Cache.IsWithoutWindow(fragment.Key));
        Assert.Equal([fragment], Cache.Live);
        Assert.Equal(0, fragment.WindowMisses);
    }

    [Theory]
    [InlineData(UserMode)]
    [InlineData(TranslationMode.Kernel)]
    public void One_that_misses_though_others_at_its_key_have_done_so_before_is_retired(TranslationMode mode)
    {
        for (int times = 0; times < 2; times++)
        {
            nint miss = SlotOf(_memory.Publish(Kernel, mode), LinkLayout.WindowMiss);
            for (int i = 0; i < 64; i++)
            {
                Statistics.Translated += 10_000;
                if (Cache.Live.Count > 0)
                    Cache.NoteWindowMiss(miss, out _);
            }

            Assert.Empty(Cache.Live);
        }
    }

    [Fact]
    public void One_that_often_looks_up_pages_it_does_not_hold_goes_on_until_it_is_compiled_to_hold_less()
    {
        Fragment fragment = _memory.Publish(Kernel, UserMode);
        Assert.Equal(BaseExpectation.HeldPages, Cache.ExpectationOf(fragment.Key, kernel: false));

        LookUpAsManyPagesAsItMay(fragment);
        Assert.True(Cache.NoteWindowMiss(SlotOf(fragment, LinkLayout.WindowMiss), out Fragment? disappointed));

        Assert.Same(fragment, disappointed);
        Assert.Equal([fragment], Cache.Live);
        Assert.False(fragment.HasLookedUpPages);
        Assert.Equal(BaseExpectation.HeldOffsets, Cache.ExpectationOf(fragment.Key, kernel: false));
    }

    [Fact]
    public void One_whose_held_offsets_often_change_is_compiled_to_hold_none()
    {
        Fragment fragment = _memory.Publish(Kernel, UserMode, bases: BaseExpectation.HeldOffsets);

        LookUpAsManyPagesAsItMay(fragment);
        Assert.True(Cache.NoteWindowMiss(SlotOf(fragment, LinkLayout.WindowMiss), out Fragment? disappointed));

        Assert.Same(fragment, disappointed);
        Assert.Equal(BaseExpectation.OnePage, Cache.ExpectationOf(fragment.Key, kernel: false));
    }

    [Fact]
    public void One_that_seldom_looks_up_a_page_goes_on_holding_them()
    {
        Fragment fragment = _memory.Publish(Kernel, UserMode);

        Statistics.Translated += 1_000_000;
        LookUpAsManyPagesAsItMay(fragment);
        Assert.True(Cache.NoteWindowMiss(SlotOf(fragment, LinkLayout.WindowMiss), out Fragment? unheld));

        Assert.Null(unheld);
        Assert.Equal(0, fragment.WindowMisses);
        Assert.Equal(BaseExpectation.HeldPages, Cache.ExpectationOf(fragment.Key, kernel: false));
    }

    [Fact]
    public void A_narrower_one_does_not_take_the_place_of_a_wider_one()
    {
        Fragment wide = _memory.Compile(Kernel, length: 8);
        _memory.Decode(Kernel);
        Cache.Add(wide);

        Assert.False(Cache.Add(_memory.Compile(Kernel, length: 4, isWide: true)));
        Assert.Equal([wide], Cache.Live);
    }

    private static void LookUpAsManyPagesAsItMay(Fragment fragment) => *(long*)(fragment.Links + LinkLayout.PagesLeft) = -1;

    [Fact]
    public void Any_other_way_out_is_no_miss()
    {
        Fragment fragment = _memory.Publish(Kernel);

        Assert.False(Cache.NoteWindowMiss(SlotOf(fragment), out _));
        Assert.Equal(0, fragment.WindowMisses);
    }
}
